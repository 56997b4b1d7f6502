package io.rangestream.learner.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.TrustedRecords;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TrustedRecords.class)
class VersionHistoryTest {
    private static final TopicPartition PARTITION = new TopicPartition("model-updates", 0);

    private final MockConsumer<String, ModelUpdate> consumer = new MockConsumer<>("none");
    private long end;

    @BeforeEach
    void begin() {
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 0L));
    }

    @Test
    void anEmptyTopicHasNoVersion() {
        VersionHistory history = read();

        assertEquals(Optional.empty(), history.last());
        assertEquals(Optional.empty(), history.promoted());
    }

    @Test
    void theLastVersionIsTheNewestWhateverItsStatus() {
        write(Versions.version(1, ModelStatus.PROMOTED, "a", 1));
        write(Versions.version(2, ModelStatus.PROMOTED, "b", 1));
        write(Versions.version(3, ModelStatus.REJECTED, "c", 1));

        VersionHistory history = read();

        assertEquals(3, history.last().orElseThrow().getVersion());
        assertEquals(2, history.promoted().orElseThrow().getVersion());
        assertEquals("a", history.find(1).orElseThrow().getTraining().getCheckpointSha256());
        assertEquals(Optional.empty(), history.find(4));
    }

    @Test
    void theLatestEventOfAVersionCounts() {
        write(Versions.version(1, ModelStatus.PROMOTED, "", 1));
        write(Versions.version(2, ModelStatus.PROMOTED, "", 1));
        write(Versions.version(2, ModelStatus.ROLLED_BACK, "", 1));

        assertEquals(1, read().promoted().orElseThrow().getVersion());
    }

    @Test
    void anOlderVersionPromotedAgainIsThePromotedOneAlsoBesideANewerOneOfAnOlderRelease() {
        write(Versions.version(1, ModelStatus.PROMOTED, "", 1));
        write(Versions.version(2, ModelStatus.PROMOTED, "", 1));
        write(Versions.version(1, ModelStatus.PROMOTED, "", 1));

        VersionHistory history = read();

        assertEquals(1, history.promoted().orElseThrow().getVersion());
        assertEquals(2, history.last().orElseThrow().getVersion());
    }

    @Test
    void anotherModelsVersionsAndTombstonesArePassedOver() {
        write(Versions.version(1, ModelStatus.PROMOTED, "", 1));
        write(ModelUpdate.newBuilder(Versions.version(9, ModelStatus.PROMOTED, "", 1))
                .setModel("other")
                .build());
        add("face/0", null);

        assertEquals(1, read().last().orElseThrow().getVersion());
    }

    @Test
    void aVersionJustPublishedIsTheLast() {
        VersionHistory history = read();

        history.add(Versions.version(1, ModelStatus.REJECTED, "", 1));

        assertEquals(1, history.last().orElseThrow().getVersion());
    }

    @Test
    void aBrokerThatSendsNoMoreIsNotWaitedForForEver() {
        write(Versions.version(1, ModelStatus.PROMOTED, "", 1));
        consumer.updateEndOffsets(Map.of(PARTITION, 5L));

        var e = assertThrows(TimeoutException.class, this::read);

        assertEquals("model-updates stops at offset 1 of 5: the broker sends no more", e.getMessage());
    }

    private void write(ModelUpdate update) {
        String key = update.getModel() + "/" + update.getVersion();
        add(key, update);
    }

    /** The consumer takes records for what it is assigned only, and that comes with the reading. */
    private void add(String key, ModelUpdate update) {
        var record = new ConsumerRecord<>(PARTITION.topic(), 0, end++, key, update);
        consumer.schedulePollTask(() -> consumer.addRecord(record));
        consumer.updateEndOffsets(Map.of(PARTITION, end));
    }

    private VersionHistory read() {
        return VersionHistory.read(consumer, PARTITION.topic(), "face", Duration.ofMillis(50));
    }
}
