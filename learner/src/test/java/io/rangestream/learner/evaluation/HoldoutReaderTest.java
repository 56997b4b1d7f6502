package io.rangestream.learner.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.LabeledFace;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TrustedRecords.class)
class HoldoutReaderTest {
    private static final TopicPartition PARTITION = new TopicPartition("faces-holdout", 0);
    private static final RecordCodec CODEC = new RecordCodec(List.of(LabeledFace.getClassSchema()), SchemaSource.NONE);

    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("none");
    private final HoldoutReader reader = reader();
    private long offset;
    /** Where an open transaction ends, if it lies in front of the end. */
    private long openUntil;

    @Test
    void recordsBeyondTheNamedNumberWait() {
        write("0_0", 1, "ann/1");
        write("0_0", 2, "ann/2");
        write("0_0", 3, "bob/1");

        reader.advance(Map.of("0_0", 2L));
        assertEquals(Set.of("ann/1", "ann/2"), reader.faces().keySet());

        reader.advance(Map.of("0_0", 3L));
        assertEquals(Set.of("ann/1", "ann/2", "bob/1"), reader.faces().keySet());
    }

    @Test
    void eachTaskHasAPrefixOfItsOwn() {
        write("0_0", 1, "ann/1");
        write("0_1", 1, "eve/1");
        write("0_1", 2, "eve/2");
        write("0_0", 2, "ann/2");

        reader.advance(Map.of("0_0", 1L, "0_1", 2L));

        assertEquals(Set.of("ann/1", "eve/1", "eve/2"), reader.faces().keySet());
    }

    @Test
    void aTaskThatNoBatchNamesIsLeftOut() {
        write("0_0", 1, "ann/1");
        write("0_1", 1, "eve/1");

        reader.advance(Map.of("0_0", 1L));

        assertEquals(Set.of("ann/1"), reader.faces().keySet());
    }

    @Test
    void aTombstoneTakesItsFaceBackWhenItsTurnComes() {
        write("0_0", 1, "ann/1");
        writeTombstone("0_0", 2, "ann/1");

        reader.advance(Map.of("0_0", 1L));
        assertTrue(reader.faces().containsKey("ann/1"));

        reader.advance(Map.of("0_0", 2L));
        assertFalse(reader.faces().containsKey("ann/1"));
    }

    @Test
    void theLaterRecordOfAKeyCountsWhicheverTasksPrefixBroughtIt() {
        write("0_0", 1, "ann/1");
        writeTombstone("0_1", 1, "ann/1");

        reader.advance(Map.of("0_1", 1L));
        reader.advance(Map.of("0_0", 1L, "0_1", 1L));

        assertEquals(Set.of(), reader.faces().keySet());
    }

    @Test
    void aRecordWithoutTaskOrNumberIsSkipped() {
        add("ann/1", face("ann/1"), Map.of(HoldoutReader.TASK_HEADER, "0_0"));
        add("ann/4", face("ann/4"), Map.of(HoldoutReader.TASK_HEADER, "sampler", HoldoutReader.INDEX_HEADER, "1"));
        add("ann/5", face("ann/5"), Map.of(HoldoutReader.TASK_HEADER, "1_0", HoldoutReader.INDEX_HEADER, "1"));
        add("ann/2", face("ann/2"), Map.of(HoldoutReader.INDEX_HEADER, "1"));
        add("ann/3", face("ann/3"), Map.of(HoldoutReader.TASK_HEADER, "0_0", HoldoutReader.INDEX_HEADER, "one"));
        write("0_0", 1, "bob/1");

        reader.advance(Map.of("0_0", 1L, "1_0", 1L));

        assertEquals(Set.of("bob/1"), reader.faces().keySet());
        assertEquals(5, reader.foreign());
    }

    @Test
    void aRecordThatIsNoFaceIsLeftOutAndCounted() {
        write("0_0", 1, "ann/1");
        add(
                "ann/2",
                "no face".getBytes(StandardCharsets.UTF_8),
                Map.of(HoldoutReader.TASK_HEADER, "0_0", HoldoutReader.INDEX_HEADER, "2"));
        write("0_0", 3, "bob/1");

        reader.advance(Map.of("0_0", 3L));

        assertEquals(Set.of("ann/1", "bob/1"), reader.faces().keySet());
    }

    @Test
    void aForeignNumberAheadOfEveryoneHoldsNothingUp() {
        write("0_0", 1, "ann/1");
        write("0_0", 999_999_999_999L, "eve/1");
        write("0_0", 2, "bob/1");
        writeTombstone("0_0", 3, "ann/1");

        assertTrue(reader.advance(Map.of("0_0", 3L)));

        assertEquals(Set.of("bob/1"), reader.faces().keySet());
    }

    @Test
    void aForeignNumberUnlocksNothingThatCannotBeReadYet() {
        write("0_0", 1, "ann/1");
        write("0_0", 3, "eve/1");
        openUntil = 5;

        assertFalse(reader.advance(Map.of("0_0", 3L)), "number 2 may be behind an open transaction");
        assertEquals(Set.of(), reader.faces().keySet(), "nothing is taken in before everything can be");

        write("0_0", 2, "bob/1");
        write("0_0", 3, "cat/1");
        offset = 5;
        assertTrue(reader.advance(Map.of("0_0", 3L)));
        assertTrue(reader.faces().keySet().containsAll(Set.of("ann/1", "bob/1", "cat/1")));
    }

    @Test
    void aNumberThatWasDealtWithBeforeIsForeign() {
        write("0_0", 1, "ann/1");
        assertTrue(reader.advance(Map.of("0_0", 1L)));
        write("0_0", 1, "eve/1");
        write("0_0", 2, "bob/1");

        assertTrue(reader.advance(Map.of("0_0", 2L)));

        assertEquals(Set.of("ann/1", "bob/1"), reader.faces().keySet());
        assertEquals(1, reader.foreign());
    }

    @Test
    void aForeignRecordInPlaceOfATombstoneDoesNotKeepTheFace() {
        write("0_0", 1, "ann/1");
        write("0_0", 2, "eve/1");
        assertTrue(reader.advance(Map.of("0_0", 2L)), "the foreign one is taken in");
        writeTombstone("0_0", 2, "ann/1");

        assertTrue(reader.advanceForErasure(Map.of("0_0", 2L)));

        assertFalse(reader.faces().containsKey("ann/1"));
    }

    @Test
    void aForeignRecordInPlaceOfATombstoneThatCannotBeReadYetHoldsTheErasureUp() {
        write("0_0", 1, "ann/1");
        write("0_0", 2, "eve/1");
        openUntil = 4;

        assertFalse(reader.advanceForErasure(Map.of("0_0", 2L)));
        assertFalse(reader.advanceForErasure(Map.of("0_0", 2L)), "nor is the second try acknowledged");

        writeTombstone("0_0", 2, "ann/1");
        write("0_0", 3, "bob/1");
        assertTrue(reader.advanceForErasure(Map.of("0_0", 2L)));
        assertFalse(reader.faces().containsKey("ann/1"));
    }

    @Test
    void anErasureDoesNotGoByWhereTheTopicEndedBefore() {
        write("0_0", 1, "ann/1");
        write("0_0", 2, "eve/1");
        openUntil = 3;
        assertFalse(reader.advance(Map.of("0_0", 3L)));
        openUntil = 4;

        assertFalse(reader.advanceForErasure(Map.of("0_0", 2L)));

        offset = 3;
        writeTombstone("0_0", 2, "ann/1");
        assertTrue(reader.advanceForErasure(Map.of("0_0", 2L)));
        assertFalse(reader.faces().containsKey("ann/1"));
    }

    @Test
    void aFaceDoesNotComeBackOverATombstoneOfItsNumber() {
        write("0_0", 1, "ann/1");
        writeTombstone("0_0", 2, "ann/1");
        write("0_0", 2, "ann/1");

        assertTrue(reader.advance(Map.of("0_0", 2L)));

        assertFalse(reader.faces().containsKey("ann/1"));
    }

    @Test
    void aTombstoneWithoutANumberTakesNobodyBack() {
        write("0_0", 1, "ann/1");
        assertTrue(reader.advance(Map.of("0_0", 1L)));
        writeTombstone("0_0", 0, "ann/1");

        assertTrue(reader.advanceForErasure(Map.of("0_0", 1L)));

        assertTrue(reader.faces().containsKey("ann/1"));
        assertEquals(1, reader.foreign());
    }

    @Test
    void aKeyThatIsNotThatOfItsFaceIsForeign() {
        add("ann/1", face("eve/1"), Map.of(HoldoutReader.TASK_HEADER, "0_0", HoldoutReader.INDEX_HEADER, "1"));
        add("ann", face("ann/2"), Map.of(HoldoutReader.TASK_HEADER, "0_0", HoldoutReader.INDEX_HEADER, "1"));
        add(null, face("ann/2"), Map.of(HoldoutReader.TASK_HEADER, "0_0", HoldoutReader.INDEX_HEADER, "1"));
        write("0_0", 1, "bob/1");

        assertTrue(reader.advance(Map.of("0_0", 1L)));

        assertEquals(Set.of("bob/1"), reader.faces().keySet());
        assertEquals(3, reader.foreign());
    }

    @Test
    void aFaceWithANameThatNoSamplerWritesIsForeign() {
        write("0_0", 1, "ann/" + "1".repeat(65_536));
        write("0_0", 2, "a".repeat(65_536) + "/1");
        write("0_0", 3, "bob/1");

        assertTrue(reader.advance(Map.of("0_0", 3L)));

        assertEquals(Set.of("bob/1"), reader.faces().keySet());
        assertEquals(2, reader.foreign());
    }

    @Test
    void whatIsNoFaceTakesNobodyElsesFaceBack() {
        write("0_0", 1, "ann/1");
        add("ann/1", new byte[] {1}, Map.of(HoldoutReader.TASK_HEADER, "0_0", HoldoutReader.INDEX_HEADER, "2"));

        assertTrue(reader.advance(Map.of("0_0", 2L)));

        assertEquals(Set.of("ann/1"), reader.faces().keySet());
    }

    @Test
    void aBatchThatClaimsAbsurdlyManyRecordsHoldsNothingUp() {
        write("0_0", 1, "ann/1");
        assertTrue(reader.advance(Map.of("0_0", Long.MAX_VALUE)));
        writeTombstone("0_0", 2, "ann/1");

        assertTrue(reader.advance(Map.of("0_0", Long.MAX_VALUE)));

        assertEquals(Set.of(), reader.faces().keySet());
    }

    @Test
    void aNumberThatCompactionTookAwayIsNotWaitedFor() {
        write("0_0", 1, "ann/1");

        assertTrue(reader.advance(Map.of("0_0", 5L)));

        assertEquals(Set.of("ann/1"), reader.faces().keySet());
    }

    @Test
    void closingClosesTheConsumer() {
        reader.close();

        assertTrue(consumer.closed());
    }

    private HoldoutReader reader() {
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        return new HoldoutReader(consumer, PARTITION.topic(), CODEC, () -> Math.max(offset, openUntil));
    }

    private void write(String task, long index, String key) {
        add(key, face(key), Map.of(HoldoutReader.TASK_HEADER, task, HoldoutReader.INDEX_HEADER, "" + index));
    }

    private void writeTombstone(String task, long index, String key) {
        add(key, null, Map.of(HoldoutReader.TASK_HEADER, task, HoldoutReader.INDEX_HEADER, "" + index));
    }

    private void add(String key, byte[] value, Map<String, String> headers) {
        var kafkaHeaders = new RecordHeaders();
        headers.forEach((name, text) -> kafkaHeaders.add(name, text.getBytes(StandardCharsets.UTF_8)));
        consumer.addRecord(new ConsumerRecord<>(
                PARTITION.topic(),
                0,
                offset++,
                0L,
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                value,
                kafkaHeaders,
                Optional.empty()));
        consumer.updateEndOffsets(Map.of(PARTITION, offset));
    }

    private static byte[] face(String key) {
        return CODEC.encode(LabeledFace.newBuilder()
                .setIdentity(key.substring(0, key.indexOf('/')))
                .setFaceId(key.substring(key.indexOf('/') + 1))
                .build());
    }
}
