package io.rangestream.learner.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.learner.training.LogLines;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.signature.UpdateSignature;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TrustedRecords.class)
class HistoryReaderTest {
    private static final TopicPartition PARTITION = new TopicPartition("model-updates", 0);
    private static final byte[] DAMAGED = {1, 2, 3};

    @TempDir
    private Path folder;

    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final RecordCodec codec = new RecordCodec(List.of(ModelUpdate.getClassSchema()), SchemaSource.NONE);
    private final LogLines log = new LogLines(HistoryReader.class);
    private long missing;
    private SigningKey key;
    private SigningKey older;

    @BeforeEach
    void begin() throws IOException {
        key = newKey("key");
        older = newKey("older");
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void anEmptyTopicHasNoVersion() {
        VersionHistory history = read();

        assertEquals(Optional.empty(), history.last());
        assertEquals(Optional.empty(), history.promoted());
        assertEquals(1, history.nextVersion());
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
        assertEquals(4, history.nextVersion());
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
    void anotherModelsVersionsArePassedOver() {
        write(Versions.version(1, ModelStatus.PROMOTED, "", 1));
        write(ModelUpdate.newBuilder(Versions.version(9, ModelStatus.PROMOTED, "", 1))
                .setModel("other")
                .build());
        add("other/2", DAMAGED, null);
        add("face/007", DAMAGED, null);

        assertEquals(1, read().last().orElseThrow().getVersion());
        assertEquals(List.of(), log.lines());
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
        missing = 4;

        assertThrows(TimeoutException.class, this::read);
    }

    @Test
    void anUnreadableRecordIsPassedOverAndItsNumberNotGivenAgain() {
        write(event(1, 1, ModelStatus.PROMOTED));
        add("face/2", DAMAGED, null);
        add("face/9", codec.encode(event(3, 4, ModelStatus.PROMOTED)), null);

        VersionHistory history = read();

        assertEquals(1, history.last().orElseThrow().getVersion());
        assertEquals(3, history.nextVersion(), "the second may have been published");
        assertEquals(3, history.lastEvent(), "its event was one of the three on the topic");
        assertEquals(2, log.lines().size());
        assertTrue(
                log.lines().get(0).startsWith("model-updates offset 1, of version 2, is passed over: "),
                log.lines().get(0));
        assertTrue(
                log.lines().get(1).endsWith("the key face/9 does not name the version in the record"),
                log.lines().get(1));
    }

    @Test
    void anUnreadableRecordInBetweenChangesNoNumber() {
        write(event(1, 1, ModelStatus.PROMOTED));
        add("face/2", DAMAGED, null);
        write(event(3, 7, ModelStatus.PROMOTED));

        assertEquals(4, read().nextVersion());
        assertEquals(7, read().lastEvent());
    }

    @Test
    void whoSignsPassesOverWhatItsKeyDidNotSign() {
        // Given a signed version, and then others in its name
        sign(event(1, 1, ModelStatus.PROMOTED), key);
        write(event(900_000_000_000L, 2, ModelStatus.PROMOTED));
        sign(event(1, 900_000_000_000L, ModelStatus.ROLLED_BACK), older);

        // When
        VersionHistory history = readSigned();

        // Then neither its numbers nor what is promoted are theirs
        assertEquals(2, history.nextVersion());
        assertEquals(3, history.lastEvent(), "of the topic, and not of the event");
        assertEquals(1, history.promoted().orElseThrow().getVersion());
        assertEquals(
                List.of(
                        "model-updates offset 1, of version 900000000000, is passed over: it is not signed",
                        "model-updates offset 2, of version 1, is passed over: its signature is of no trusted key, or it was altered"),
                log.lines());
    }

    @Test
    void aForeignVersionThatWouldBeTheNextOneTakesItsNumberOnly() {
        sign(event(1, 1, ModelStatus.PROMOTED), key);
        write(event(2, 2, ModelStatus.PROMOTED));

        VersionHistory history = readSigned();

        assertEquals(1, history.last().orElseThrow().getVersion());
        assertEquals(3, history.nextVersion(), "an own second version may have stood under that key");
    }

    @Test
    void anOldSignedEventThatIsWrittenAgainIsPassedOver() {
        sign(event(1, 1, ModelStatus.PROMOTED), key);
        sign(event(1, 2, ModelStatus.ROLLED_BACK), key);
        sign(event(1, 1, ModelStatus.PROMOTED), key);

        assertEquals(Optional.empty(), readSigned().promoted());
        assertTrue(
                log.lines().get(0).contains("offset 2, of version 1, is passed over: it is event 1"),
                log.lines().get(0));
    }

    @Test
    void withAKeyNothingThatNoTrustedKeySignedCountsAlsoFromBeforeIt() {
        write(event(1, 1, ModelStatus.SUPERSEDED));
        sign(event(2, 2, ModelStatus.PROMOTED), older);
        assertTrue(readSigned().isForeign());

        sign(event(3, 3, ModelStatus.PROMOTED), key);

        VersionHistory history = readSigned();
        assertFalse(history.isForeign());
        assertEquals(List.of(3L), versions(history));
        VersionHistory both = read(trusting("older.pub"));
        assertEquals(List.of(2L, 3L), versions(both));
        assertEquals(4, both.nextVersion());
    }

    @Test
    void onAYoungTopicCompactionMakesNoUnsignedEventCount() {
        // Given versions of a key, an unsigned event of the first, and a roll-back to it, of which compaction left the
        // last ones
        write(event(1, 1, ModelStatus.SUPERSEDED));
        sign(event(2, 4, ModelStatus.PROMOTED), key);

        VersionHistory history = readSigned();

        assertEquals(Optional.empty(), history.find(1), "an order to roll back to it finds no version");
    }

    @Test
    void aForeignTombstoneGivesNoNumberBack() {
        // Given three versions, of which the last was rejected
        sign(event(2, 3, ModelStatus.PROMOTED, 3), key);
        sign(event(3, 2, ModelStatus.REJECTED, 3), key);
        assertEquals(4, readSigned().nextVersion());

        // When somebody writes a tombstone over it, and compaction takes both away
        records.remove(1);

        assertEquals(4, readSigned().nextVersion());
    }

    @Test
    void aHeartbeatTellsOfEventsThatSomebodyTookAway() {
        sign(event(1, 1, ModelStatus.PROMOTED), key);
        beat(5, 2, key);
        beat(900, 900, older);

        VersionHistory history = readSigned();

        assertEquals(3, history.nextVersion());
        assertEquals(5, history.lastEvent(), "new events count on from there");
        assertEquals(
                List.of(
                        "model-updates offset 2, of a heartbeat, is passed over: its signature is of no trusted key, or it was altered",
                        "events of face are missing from model-updates, where others write, too: the learner has published events up to number 5, and the newest on the topic is number 1"),
                log.lines());
    }

    @Test
    void aHeartbeatIsABeginning() {
        write(event(900_000_000_000L, 1, ModelStatus.PROMOTED));
        assertTrue(readSigned().isForeign());

        beat(0, 0, key);

        assertFalse(readSigned().isForeign());
        assertEquals(1, readSigned().nextVersion());
    }

    @Test
    void aKeyIsReplacedInMidStreamAndRevoked() throws IOException {
        sign(event(1, 1, ModelStatus.SUPERSEDED), older);
        sign(event(2, 2, ModelStatus.PROMOTED), older);
        sign(event(3, 3, ModelStatus.REJECTED), key);
        // Whoever has the old key now goes on signing
        sign(event(4, 4, ModelStatus.PROMOTED), older);

        assertEquals(List.of(1L, 2L, 3L, 4L), versions(read(trusting("older.pub"))));
        validity("last-event: 2");
        assertEquals(List.of(1L, 2L, 3L), versions(read(trusting("revoked.pub"))));
        validity("first-event: 2\nlast-event: 2");
        assertEquals(List.of(2L, 3L), versions(read(trusting("revoked.pub"))));
        validity("last-event: 0");
        assertEquals(List.of(3L), versions(read(trusting("revoked.pub"))));
    }

    @Test
    void withoutAKeyATombstoneTakesAVersionAndNotItsNumber() {
        write(event(1, 1, ModelStatus.PROMOTED));
        write(event(2, 2, ModelStatus.CANDIDATE));
        add("face/2", null, null);

        assertEquals(List.of(1L), versions(read()));
        assertEquals(3, read().nextVersion());
    }

    @Test
    void aForeignEventBeforeTheFirstSignedOneThatCompactionLeftDoesNotPoisonTheNumbers() {
        write(event(1, 1, ModelStatus.SUPERSEDED));
        write(event(900_000_000_000L, 1, ModelStatus.CANDIDATE));
        write(event(1, 900_000_000_000L, ModelStatus.PROMOTED));
        sign(event(2, 2, ModelStatus.REJECTED), key);

        VersionHistory history = readSigned();

        assertEquals(3, history.nextVersion());
        assertEquals(4, history.lastEvent());
        assertEquals(Optional.empty(), history.promoted());
        assertEquals(3, log.lines().size());
    }

    @Test
    void withoutAKeyNothingIsVerified() {
        sign(event(1, 1, ModelStatus.PROMOTED), older);
        write(event(2, 2, ModelStatus.REJECTED));

        VersionHistory history = read();

        assertEquals(3, history.nextVersion());
        assertEquals(false, history.isSigned(), "the last one is not");
    }

    private static List<Long> versions(VersionHistory history) {
        return history.all().stream().map(ModelUpdate::getVersion).toList();
    }

    private TrustedKeys trusting(String further) {
        return TrustedKeys.read(folder.resolve(further)).with(key);
    }

    private void validity(String lines) throws IOException {
        Files.writeString(folder.resolve("revoked.pub"), lines + "\n" + Files.readString(folder.resolve("older.pub")));
    }

    private void beat(long events, long highest, SigningKey by) {
        byte[] value = codec.encode(new ModelHeartbeat("face", Instant.EPOCH, events, 1L, highest));
        add("face/heartbeat", value, by.sign("face/heartbeat", value));
    }

    private static ModelUpdate event(long version, long number, ModelStatus status, long highest) {
        return ModelUpdate.newBuilder(event(version, number, status))
                .setHighestVersion(highest)
                .build();
    }

    private static ModelUpdate event(long version, long number, ModelStatus status) {
        return ModelUpdate.newBuilder(Versions.version(version, status, "", 1))
                .setEventNumber(number)
                .build();
    }

    private SigningKey newKey(String name) throws IOException {
        SigningKey.generate(folder.resolve(name), folder.resolve(name + ".pub"));
        return SigningKey.read(folder.resolve(name));
    }

    private void write(ModelUpdate update) {
        add(update.getModel() + "/" + update.getVersion(), codec.encode(update), null);
    }

    private void sign(ModelUpdate update, SigningKey by) {
        String name = update.getModel() + "/" + update.getVersion();
        byte[] value = codec.encode(update);
        add(name, value, by.sign(name, value));
    }

    private void add(String name, byte @Nullable [] value, byte @Nullable [] signature) {
        var headers = new RecordHeaders();
        if (signature != null) {
            headers.add(UpdateSignature.HEADER, signature);
        }
        records.add(new ConsumerRecord<>(
                PARTITION.topic(),
                0,
                records.size(),
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                name.getBytes(StandardCharsets.UTF_8),
                value,
                headers,
                Optional.empty()));
    }

    private VersionHistory read() {
        return read(TrustedKeys.anyone());
    }

    private VersionHistory readSigned() {
        return read(TrustedKeys.anyone().with(key));
    }

    private VersionHistory read(TrustedKeys with) {
        var consumer = new MockConsumer<byte[], byte[]>("none");
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, records.size() + missing));
        // It takes records for what it is assigned only, and that comes with the reading.
        consumer.schedulePollTask(() -> records.forEach(consumer::addRecord));
        return new HistoryReader(PARTITION.topic(), "face", SchemaSource.NONE, with)
                .read(consumer, Duration.ofMillis(50));
    }
}
