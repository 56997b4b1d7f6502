package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.checkpoint.TopicStore;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.storage.ObjectContent;
import io.rangestream.schemas.storage.ObjectNotFoundException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Objects on a compacted topic of a broker. */
class TopicStoreTest {
    private static final int PART = 512 * 1024;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private CommonConfig common;
    private TopicStore store;

    @BeforeEach
    void open(TestInfo test) {
        String prefix = "%08x.".formatted(test.getDisplayName().hashCode());
        common = CommonConfig.from(BROKER.settings(prefix, Map.of()));
        store = newStore("model");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatIsPutIsReadByOthersListedAndDeleted() throws IOException {
        byte[] large = bytes(3 * PART + 17, 1);
        store.put("large", ObjectContent.of(large));
        store.put("empty", ObjectContent.of(new byte[0]));
        store.put("whole-part", ObjectContent.of(bytes(PART, 2)));

        try (TopicStore other = newStore("model")) {
            assertArrayEquals(large, read(other, "large"));
            assertArrayEquals(new byte[0], read(other, "empty"));
            assertArrayEquals(bytes(PART, 2), read(other, "whole-part"));
            assertEquals(List.of("empty", "large", "whole-part"), other.list(""));
            assertEquals(List.of("large"), other.list("la"));

            store.delete("large");

            assertFalse(other.exists("large"));
            assertEquals(List.of("empty", "whole-part"), other.list(""));
        }
    }

    @Test
    void anotherFolderIsAnotherStore() throws IOException {
        store.put("m", ObjectContent.of(bytes(10, 1)));

        try (TopicStore other = newStore("another")) {
            assertEquals(List.of(), other.list(""));
            assertThrows(ObjectNotFoundException.class, () -> other.open("m"));
        }
    }

    @Test
    void aSmallerObjectReplacesALargerOne() throws IOException {
        store.put("m", ObjectContent.of(bytes(3 * PART, 1)));
        byte[] small = bytes(PART + 1, 2);

        store.put("m", ObjectContent.of(small));

        assertArrayEquals(small, read(store, "m"));
        assertEquals(2, partsLeft("model/m/"), "the others may hold somebody who was erased");
    }

    @Test
    void anObjectOfWhichPartsAreMissingIsNotThereAndCanBeDeleted() throws IOException {
        store.put("m", ObjectContent.of(bytes(3 * PART, 1)));
        tombstone("model/m/1");

        var e = assertThrows(ObjectNotFoundException.class, () -> store.open("m"));

        assertEquals(store.uri("m") + " is not whole: part 1 of 3 is missing", e.getMessage());
        assertFalse(store.exists("m"));
        assertEquals(List.of("m"), store.list(""));

        store.delete("m");

        assertEquals(List.of(), store.list(""));
    }

    @Test
    void partsOfTwoObjectsAreNoObject() throws IOException {
        // Given two learners that wrote the same name, and one of them was killed after its first part
        store.put("m", ObjectContent.of(bytes(2 * PART, 1)));
        byte[] another = bytes(2 * PART, 2);
        var onePart = new ByteArrayInputStream(another, 0, PART);
        var broken = new ObjectContent(another.length, ObjectContent.of(another).sha256(), () -> new InputStream() {
            @Override
            public int read() throws IOException {
                int next = onePart.read();
                if (next < 0) {
                    throw new IOException("killed");
                }
                return next;
            }
        });

        assertThrows(IOException.class, () -> store.put("m", broken));

        // Then, as soon as that part is on the topic
        ObjectNotFoundException e = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> whenGone("m"));
        assertTrue(e.getMessage().endsWith("part 1 of 2 is missing"), e.getMessage());
    }

    @Test
    void whatIsNotThereIsTold() {
        var e = assertThrows(ObjectNotFoundException.class, () -> store.open("none"));

        assertEquals(
                "there is no kafka:/%s/model/none".formatted(common.topics().learnerCheckpoints()), e.getMessage());
    }

    private ObjectNotFoundException whenGone(String name) throws IOException, InterruptedException {
        while (true) {
            try (InputStream whole = store.open(name)) {
                whole.transferTo(OutputStream.nullOutputStream());
                Thread.sleep(20);
            } catch (ObjectNotFoundException e) {
                return e;
            }
        }
    }

    /** Keys of the topic whose last record is no tombstone. */
    private long partsLeft(String prefix) {
        var last = new HashMap<String, Boolean>();
        try (var log = new TopicLog(common, common.topics().learnerCheckpoints())) {
            log.readToEnd()
                    .forEach(record ->
                            last.put(new String(record.key(), StandardCharsets.UTF_8), record.value() != null));
        }
        return last.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix) && entry.getValue())
                .count();
    }

    private void tombstone(String key) {
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(common.topics().learnerCheckpoints(), key, null));
        }
    }

    private TopicStore newStore(String folder) {
        return new TopicStore(
                common.topics().learnerCheckpoints(),
                folder,
                new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer()),
                () -> new KafkaConsumer<>(common.clientConfig(), new StringDeserializer(), new ByteArrayDeserializer()),
                Duration.ofSeconds(30));
    }

    private static byte[] read(TopicStore store, String name) throws IOException {
        try (InputStream in = store.open(name)) {
            return in.readAllBytes();
        }
    }

    private static byte[] bytes(int length, int seed) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
