package io.rangestream.learner.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.signature.UpdateSignature;
import io.rangestream.schemas.updates.VersionKey;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TrustedRecords.class)
class AdoptionTest {
    private static final TopicPartition PARTITION = new TopicPartition("model-updates", 0);
    private static final RecordCodec CODEC = new RecordCodec(List.of(), SchemaSource.NONE);

    @TempDir
    private Path folder;

    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    private SigningKey own;
    private SigningKey older;
    private SigningKey foreign;

    @BeforeEach
    void begin() throws IOException {
        own = newKey("own");
        older = newKey("older");
        foreign = newKey("foreign");
    }

    @Test
    void whatTheSigningKeyDidNotSignMayBeAdoptedUnlessSomethingOfTheVersionCounts() {
        put(1, ModelStatus.SUPERSEDED, 0, null);
        put(2, ModelStatus.SUPERSEDED, 0, foreign);
        put(3, ModelStatus.SUPERSEDED, 1, older);
        put(4, ModelStatus.PROMOTED, 2, own);
        put(4, ModelStatus.ROLLED_BACK, 3, null);
        put(3, ModelStatus.PROMOTED, 4, foreign);

        List<String> candidates = read().candidates().stream()
                .map(candidate -> "%d %s %s"
                        .formatted(
                                candidate.version(),
                                candidate.update().getStatus(),
                                candidate.signer().replaceAll("key [0-9a-f]{8}", "key OLDER")))
                .toList();

        assertEquals(
                List.of("1 SUPERSEDED nobody", "2 SUPERSEDED an unknown key", "3 SUPERSEDED key OLDER"), candidates);
    }

    @Test
    void theDigestIsOfWhatWasShown() {
        put(1, ModelStatus.SUPERSEDED, 0, null);
        put(2, ModelStatus.PROMOTED, 0, null);
        String both = read().digest(Set.of(1L, 2L));
        String first = read().digest(Set.of(1L));
        assertNotEquals(both, first);

        put(2, ModelStatus.REJECTED, 0, null);

        assertNotEquals(both, read().digest(Set.of(1L, 2L)));
        assertEquals(first, read().digest(Set.of(1L)));
    }

    @Test
    void thePromotedVersionStaysPromotedWhateverIsAdopted() {
        put(1, ModelStatus.PROMOTED, 1, own);
        put(2, ModelStatus.PROMOTED, 0, null);
        put(3, ModelStatus.PROMOTED, 0, null);
        var history = new VersionHistory();
        history.add(Versions.version(1, ModelStatus.PROMOTED, "", 1));

        assertEquals(List.of("2 SUPERSEDED", "3 SUPERSEDED"), adopted(history, Set.of(2L, 3L)));
    }

    @Test
    void whereNoneIsPromotedTheOnePromotedLastIs() {
        put(3, ModelStatus.PROMOTED, 9, null);
        put(1, ModelStatus.PROMOTED, 3, null);
        var history = new VersionHistory();

        assertEquals(List.of("3 SUPERSEDED", "1 PROMOTED"), adopted(history, Set.of(1L, 3L)));
        assertEquals(0, history.lastEvent(), "the numbers of events that did not count say nothing");
    }

    private List<String> adopted(VersionHistory history, Set<Long> versions) {
        return read().adopt(history, versions, Instant.EPOCH).changed().stream()
                .map(update -> update.getVersion() + " " + update.getStatus())
                .toList();
    }

    private Adoption read() {
        var consumer = new MockConsumer<byte[], byte[]>("none");
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, (long) records.size()));
        consumer.schedulePollTask(() -> records.forEach(consumer::addRecord));
        TrustedKeys trusted = TrustedKeys.read(folder.resolve("older.pub")).with(own);
        return Adoption.read(consumer, PARTITION.topic(), "face", SchemaSource.NONE, trusted, Duration.ofMillis(50));
    }

    private void put(long version, ModelStatus status, long event, @Nullable SigningKey by) {
        var key = new VersionKey("face", version);
        byte[] value = CODEC.encode(ModelUpdate.newBuilder(Versions.version(version, status, "", 1))
                .setEventNumber(event)
                .build());
        var headers = new RecordHeaders();
        if (by != null) {
            headers.add(UpdateSignature.HEADER, by.sign(key.toString(), value));
        }
        records.add(new ConsumerRecord<>(
                PARTITION.topic(),
                0,
                records.size(),
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                key.bytes(),
                value,
                headers,
                Optional.empty()));
    }

    private SigningKey newKey(String name) throws IOException {
        SigningKey.generate(folder.resolve(name), folder.resolve(name + ".pub"));
        return SigningKey.read(folder.resolve(name));
    }
}
