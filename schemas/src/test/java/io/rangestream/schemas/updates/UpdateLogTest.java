package io.rangestream.schemas.updates;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.signature.UpdateSignature;
import io.rangestream.schemas.updates.UpdateEntry.Check;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody with the right to write to {@code model-updates} can do, and cannot. */
class UpdateLogTest {
    private static final RecordCodec CODEC = new RecordCodec(java.util.List.of(), SchemaSource.NONE);
    /** Of a schema that nobody knows. */
    private static final byte[] FOREIGN = {(byte) 0xc3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9};

    private static final SchemaSource POISON = fingerprint -> {
        throw new StackOverflowError("of the test");
    };

    @TempDir
    private Path folder;

    private SigningKey ours;
    private SigningKey theirs;
    private long offset;

    @BeforeEach
    void begin() throws Exception {
        ours = key("ours");
        theirs = key("theirs");
    }

    @Test
    void whatNoTrustedKeySignedIsNeverDecoded() {
        UpdateLog log = log(POISON, "ours");

        assertRefused(Check.SIGNATURE, "it is not signed", log.take(record("faces/1", FOREIGN, null)));
        assertRefused(
                Check.SIGNATURE,
                "its signature is of no trusted key, or it was altered",
                log.take(record("faces/1", FOREIGN, theirs)));
        assertInstanceOf(UpdateEntry.Update.class, log.take(signed(1, 1, ours)));
    }

    @Test
    void whatCannotBeDecodedCountsForNothingWhateverItMakesTheDecoderThrow() {
        assertRefused(
                Check.RECORD,
                "cannot be decoded: StackOverflowError",
                log(POISON, "ours").take(record("faces/1", FOREIGN, ours)));
        UpdateLog anyone = new UpdateLog("faces", POISON, TrustedKeys.anyone());
        assertRefused(
                Check.RECORD, "cannot be decoded: StackOverflowError", anyone.take(record("faces/1", FOREIGN, null)));
        assertInstanceOf(UpdateEntry.Update.class, anyone.take(signed(1, 1, theirs)));
    }

    @Test
    void schemasThatCannotBeReadSayNothingAboutTheRecord() {
        UpdateLog log = log(
                fingerprint -> {
                    throw new TimeoutException("no broker");
                },
                "ours");

        assertThrows(TimeoutException.class, () -> log.take(record("faces/1", FOREIGN, ours)));
    }

    @Test
    void anOldEventThatIsWrittenAgainCountsForNothingWhoeverOfTheTrustedSignedIt() throws Exception {
        var both = Files.writeString(
                folder.resolve("both.pub"),
                Files.readString(folder.resolve("ours.pub")) + Files.readString(folder.resolve("theirs.pub")));
        var log = new UpdateLog("faces", SchemaSource.NONE, TrustedKeys.read(both));

        // Given a key that was replaced by another
        assertInstanceOf(UpdateEntry.Update.class, log.take(signed(1, 1, theirs)));
        assertInstanceOf(UpdateEntry.Update.class, log.take(signed(2, 2, theirs)));
        assertInstanceOf(UpdateEntry.Update.class, log.take(signed(3, 3, ours)));

        assertRefused(
                Check.ORDER,
                "it is event 2 of the model, and event 3 was read before it: an old event was written again",
                log.take(signed(2, 2, theirs)));
        assertEquals(3, log.newestEvent());
    }

    @Test
    void withAKeyNoDeletionCounts() {
        UpdateLog log = log(SchemaSource.NONE, "ours");
        log.take(signed(1, 1, ours));

        assertRefused(Check.SIGNATURE, "it is not signed", log.take(record("faces/1", null, null)));
        assertRefused(
                Check.ORDER,
                "it is a deletion, which has no place in the order",
                log.take(record("faces/1", null, ours)));
        assertEquals(
                new UpdateEntry.Deletion(new VersionKey("faces", 1)),
                new UpdateLog("faces", SchemaSource.NONE, TrustedKeys.anyone()).take(record("faces/1", null, null)));
    }

    @Test
    void aHeartbeatCountsIfItIsSignedAndNewerThanAllBefore() {
        UpdateLog log = log(POISON, "ours");
        log.take(signed(1, 4, ours));

        assertRefused(Check.SIGNATURE, "it is not signed", log.take(record("faces/heartbeat", FOREIGN, null)));
        assertInstanceOf(UpdateEntry.Heartbeat.class, log.take(beat(10, 4)));
        assertEquals(Optional.empty(), log.missing());
        for (long[] old : new long[][] {{10, 4}, {9, 4}, {11, 3}}) {
            assertRefused(Check.ORDER, "it is an old heartbeat, written again", log.take(beat(old[0], old[1])));
        }
        assertInstanceOf(UpdateEntry.Heartbeat.class, log.take(beat(11, 5)));
        assertEquals(
                "the learner has published events up to number 5, and the newest on the topic is number 4",
                log.missing().orElseThrow());
        assertInstanceOf(UpdateEntry.Update.class, log.take(signed(2, 5, ours)));
        assertEquals(Optional.empty(), log.missing());
    }

    @Test
    void aKeyMayBeatBeforeItsFirstEventAndNotAfterItsLast() throws Exception {
        Path listed = Files.writeString(
                folder.resolve("listed"),
                "first-event: 3\nlast-event: 4\n" + Files.readString(folder.resolve("ours.pub")));
        var log = new UpdateLog("faces", SchemaSource.NONE, TrustedKeys.read(listed));

        assertInstanceOf(UpdateEntry.Refused.class, log.take(beat(1, 1)));
        assertInstanceOf(UpdateEntry.Heartbeat.class, log.take(beat(2, 2)));
        assertInstanceOf(UpdateEntry.Update.class, log.take(signed(1, 4, ours)));
        assertInstanceOf(UpdateEntry.Refused.class, log.take(signed(1, 5, ours)));
        assertInstanceOf(UpdateEntry.Refused.class, log.take(beat(3, 5)));
    }

    @Test
    void aKeyThatNamesAnotherVersionThanTheRecordCountsForNothing() {
        byte[] second = CODEC.encode(update(2, 1));

        assertRefused(
                Check.RECORD,
                "the key faces/3 does not name the version in the record",
                log(SchemaSource.NONE, "ours").take(record("faces/3", second, ours)));
    }

    @Test
    void whatIsNotAboutTheModelIsNotLookedAt() {
        UpdateLog log = log(POISON, "ours");

        for (String key : new String[] {"other/1", "faces/007", "faces/-5", "faces", "faces/1/0"}) {
            assertEquals(new UpdateEntry.Unrelated(), log.take(record(key, FOREIGN, null)), key);
        }
    }

    private static void assertRefused(Check check, String reason, UpdateEntry entry) {
        UpdateEntry.Refused refused = assertInstanceOf(UpdateEntry.Refused.class, entry);
        assertEquals(check, refused.failed());
        assertEquals(reason, refused.reason());
    }

    private UpdateLog log(SchemaSource schemas, String trusted) {
        return new UpdateLog("faces", schemas, TrustedKeys.read(folder.resolve(trusted + ".pub")));
    }

    private SigningKey key(String name) throws Exception {
        SigningKey.generate(folder.resolve(name), folder.resolve(name + ".pub"));
        return SigningKey.read(folder.resolve(name));
    }

    private ConsumerRecord<byte[], byte[]> beat(long second, long event) {
        var beat = new ModelHeartbeat("faces", Instant.ofEpochSecond(second), event, 1L, 1L);
        return record("faces/heartbeat", CODEC.encode(beat), ours);
    }

    private ConsumerRecord<byte[], byte[]> signed(long version, long event, SigningKey by) {
        return record("faces/" + version, CODEC.encode(update(version, event)), by);
    }

    private ConsumerRecord<byte[], byte[]> record(String key, byte @Nullable [] value, @Nullable SigningKey by) {
        var headers = new RecordHeaders();
        if (by != null) {
            headers.add(UpdateSignature.HEADER, by.sign(key, value == null ? new byte[0] : value));
        }
        return new ConsumerRecord<>(
                "model-updates",
                0,
                offset++,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                key.getBytes(StandardCharsets.UTF_8),
                value,
                headers,
                Optional.empty());
    }

    private static ModelUpdate update(long version, long event) {
        return ModelUpdate.newBuilder()
                .setModel("faces")
                .setVersion(version)
                .setStatus(ModelStatus.PROMOTED)
                .setEventNumber(event)
                .setCreatedAt(Instant.EPOCH)
                .setArtifact(Artifact.newBuilder()
                        .setBytes(1)
                        .setSha256("")
                        .setChunks(1)
                        .build())
                .setNetwork(Network.newBuilder()
                        .setBackbone("linear")
                        .setEmbeddingDim(1)
                        .setInputWidth(1)
                        .setInputHeight(1)
                        .build())
                .setTraining(Training.newBuilder().build())
                .build();
    }
}
