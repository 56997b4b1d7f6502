package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stores of production instead of the harness's. */
class RocksDbStoresTest {

    @Test
    void rocksDbUnderTheSharedLimitGivesWhatTheHarnessGives(@TempDir Path folder) {
        var config = Faces.config("state.dir", folder, "holdout.identities", "zoe");
        List<byte[]> out = new ArrayList<>();
        try (var memory = new RocksMemory(8L << 20);
                var reference = new SamplerHarness(config);
                var driver = new TopologyTestDriver(
                        SamplerTopology.build(
                                config,
                                SamplerHarness.COMMON.topics(),
                                SchemaSource.NONE,
                                new TaskBoard(),
                                new LearnerDistance(100),
                                partition -> 0),
                        StreamsSettings.of(SamplerHarness.COMMON, config, 100_000, memory))) {
            var faces = driver.createInputTopic(
                    SamplerHarness.COMMON.topics().faces(), new ByteArraySerializer(), new ByteArraySerializer());
            for (int face = 0; face < 8; face++) {
                for (String identity : List.of("ann", "bob", "cid", "zoe")) {
                    reference.add(identity, "" + face);
                    faces.pipeInput(utf8(identity), Faces.CODEC.encode(Faces.face(identity, "" + face)));
                }
            }
            for (String identity : List.of("ann", "zoe")) {
                reference.erase(identity);
                faces.pipeInput(utf8(identity), (byte[]) null);
            }
            out.addAll(driver.createOutputTopic(
                            SamplerHarness.COMMON.topics().batches(),
                            new ByteArrayDeserializer(),
                            new ByteArrayDeserializer())
                    .readValuesToList());
            assertTrue(out.size() > 5);
            assertEquals(hex(reference.out), hex(out));
            assertEquals(10, count(driver.getKeyValueStore(SamplerTopology.FACES_STORE)));
            assertEquals(0, count(driver.getKeyValueStore(SamplerTopology.HOLDOUT_STORE)));
            assertEquals(2, count(driver.getKeyValueStore(SamplerTopology.INDEX_STORE)));
        }
    }

    private static List<String> hex(List<byte[]> values) {
        return values.stream().map(value -> Bytes.wrap(value).toString()).toList();
    }

    private static int count(KeyValueStore<Bytes, byte[]> store) {
        int count = 0;
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            while (all.hasNext()) {
                all.next();
                count++;
            }
        }
        return count;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
