package io.rangestream.client;

import static io.rangestream.client.Publication.append;
import static io.rangestream.client.Publication.chunks;
import static io.rangestream.client.Publication.update;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.hash.Sha256;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.signature.UpdateSignature;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is damaged, forged or replayed is refused by name while the old version serves, and the next good version is
 * accepted. Each test begins with version 1 served and puts a bad version 2 on the topics.
 */
@Timeout(60)
class CorruptionTest {
    private static final double OLD = 0.3;
    private static final double NEW = 1.2;
    private static final byte[] WHITE = white();
    private static final int CHUNKS = 4;
    /** Of a schema that nobody knows, and that kills who asks for it. */
    private static final byte[] POISON = {(byte) 0xc3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9};

    private final TestLog updates = new TestLog("model-updates");
    private final TestLog weights = new TestLog("model-weights");
    private final BlockingQueue<ModelVersion> swaps = new LinkedBlockingQueue<>();
    private final BlockingQueue<Refusal> refusals = new LinkedBlockingQueue<>();
    private final byte[] artifact = TinyOnnx.constant(NEW);

    @TempDir
    private Path folder;

    private SigningKey ours;
    private SigningKey theirs;
    private SigningKey successor;
    private String revoked = "";
    private Duration maxAge = Duration.ZERO;
    private long events;
    private ModelFollower follower;

    @BeforeEach
    void versionOneServes() throws Exception {
        ours = key("ours");
        theirs = key("theirs");
        successor = key("successor");
        follower = follow();
        publish(1, TinyOnnx.constant(OLD));
        assertEquals(1, swap());
    }

    @AfterEach
    void close() {
        follower.close();
    }

    @Test
    void aFlippedBitInAChunk() throws Exception {
        List<ModelChunk> chunks = chunks(2, artifact, CHUNKS);
        flip(chunks.get(1));

        put(chunks);

        refused(Check.CHUNK, "chunk 2 of 4 does not have the SHA-256 it names");
    }

    @Test
    void aFlippedBitInAChunkWhoseHashWasMadeToFit() throws Exception {
        List<ModelChunk> chunks = chunks(2, artifact, CHUNKS);
        flip(chunks.get(1));
        chunks.get(1).setSha256(Sha256.of(bytes(chunks.get(1))));

        put(chunks);

        refused(Check.SHA256, "the SHA-256 of the whole is ");
    }

    @Test
    void aMissingChunk() throws Exception {
        List<ModelChunk> chunks = chunks(2, artifact, CHUNKS);

        put(List.of(chunks.get(0), chunks.get(2), chunks.get(3)));

        refused(Check.ARRIVAL, "chunk 2 of 4 is missing (waited 300 ms for it)");
    }

    @Test
    void chunksThatCountOtherwiseThanTheUpdate() throws Exception {
        put(chunks(2, artifact, CHUNKS + 1));

        refused(Check.CHUNK, "chunk 1 of 4 says there are 5 chunks");
    }

    @Test
    void anUpdateOfAnotherSize() throws Exception {
        chunks(2, artifact, CHUNKS).forEach(chunk -> append(weights, chunk));
        ModelUpdate longer = promoted(2, artifact);
        longer.getArtifact().setBytes(artifact.length + 1);
        signed(longer, ours);

        refused(Check.SIZE, "its 4 chunks hold %d bytes instead of %d".formatted(artifact.length, artifact.length + 1));
    }

    @Test
    void aChunkOfAnOldVersionUnderTheNewKey() throws Exception {
        List<ModelChunk> chunks = chunks(2, artifact, CHUNKS);
        append(weights, chunks.get(0));
        ModelChunk old = chunks(1, TinyOnnx.constant(OLD), CHUNKS).get(1);
        weights.append("faces/2/1", Publication.CODEC.encode(old));
        append(weights, chunks.get(2));
        append(weights, chunks.get(3));
        signed(promoted(2, artifact), ours);

        refused(Check.CHUNK, "chunk 2 of 4 says it is faces/1/1");
    }

    @Test
    void aChunkOfAnOldVersionThatSaysItIsOfTheNewOne() throws Exception {
        List<ModelChunk> chunks = chunks(2, artifact, CHUNKS);
        // The last holds the weights' difference between the versions.
        List<ModelChunk> old = chunks(1, TinyOnnx.constant(OLD), CHUNKS);
        int different = firstDifference(chunks, old);
        old.get(different).setVersion(2);

        put(replaced(chunks, different, old.get(different)));

        refused(Check.SHA256, "the SHA-256 of the whole is ");
    }

    @Test
    void theWholeOldSetUnderTheNewKeys() throws Exception {
        put(chunks(2, TinyOnnx.constant(OLD), CHUNKS));

        refused(Check.SHA256, "the SHA-256 of the whole is ");
    }

    @Test
    void theWholeOldSetWrittenOverTheNewOneLater() throws Exception {
        put(chunks(2, artifact, CHUNKS));
        assertEquals(2, swap());
        chunks(2, TinyOnnx.constant(OLD), CHUNKS).forEach(chunk -> append(weights, chunk));

        // Who follows has what is right already; who comes later finds it before the other.
        assertEmbeds(NEW);
        follower.close();
        follower = follow();
        assertEquals(2, swap());
        assertEmbeds(NEW);
        theNextGoodVersionIsAccepted();
    }

    @Test
    void theOldSetWrittenAgainUnderItsOwnKeysChangesNothing() throws Exception {
        put(chunks(2, artifact, CHUNKS));
        assertEquals(2, swap());

        chunks(1, TinyOnnx.constant(OLD), CHUNKS).forEach(chunk -> append(weights, chunk));

        assertEmbeds(NEW);
        theNextGoodVersionIsAccepted();
    }

    @Test
    void anUnsignedUpdate() throws Exception {
        chunks(2, artifact, CHUNKS).forEach(chunk -> append(weights, chunk));
        append(updates, promoted(2, artifact));

        refused(Check.SIGNATURE, "it is not signed");
    }

    @Test
    void anUnsignedRecordThatNoDecoderSurvives() throws Exception {
        updates.append("faces/2", POISON);

        refused(Check.SIGNATURE, "it is not signed");
        // One that starts now reads it first, and is not kept from the good version behind it.
        follower.close();
        follower = follow();
        assertEquals(9, swap());
        assertEquals(Optional.empty(), follower.failure());
    }

    @Test
    void aSignedRecordThatNoDecoderSurvives() throws Exception {
        updates.append(
                "faces/2", POISON, new RecordHeaders().add(UpdateSignature.HEADER, ours.sign("faces/2", POISON)));

        refused(Check.RECORD, "cannot be decoded: StackOverflowError");
    }

    @Test
    void anUpdateThatSomebodyElseSigned() throws Exception {
        chunks(2, artifact, CHUNKS).forEach(chunk -> append(weights, chunk));
        signed(promoted(2, artifact), theirs);

        refused(Check.SIGNATURE, "its signature is of no trusted key, or it was altered");
    }

    @Test
    void anUpdateThatWasAlteredAfterItWasSigned() throws Exception {
        chunks(2, artifact, CHUNKS).forEach(chunk -> append(weights, chunk));
        ModelUpdate update = promoted(2, artifact);
        byte[] signature = ours.sign("faces/2", Publication.CODEC.encode(update));
        update.getEvaluation().setThreshold(-1.0);
        updates.append(
                "faces/2",
                Publication.CODEC.encode(update),
                new RecordHeaders().add(UpdateSignature.HEADER, signature));

        refused(Check.SIGNATURE, "its signature is of no trusted key, or it was altered");
    }

    @Test
    void anUnsignedDeletion() throws Exception {
        updates.append("faces/1", null);

        theNextGoodVersionIsAccepted();
    }

    @Test
    void anOldSignedUpdateThatIsWrittenAgain() throws Exception {
        ModelUpdate first = promoted(2, artifact);
        put(chunks(2, artifact, CHUNKS), first);
        assertEquals(2, swap());
        publish(3, TinyOnnx.constant(OLD));
        assertEquals(3, swap());

        // Whoever may write to the topic has the old event with its good signature.
        signed(first, ours);

        Refusal refusal = refusals.poll(10, TimeUnit.SECONDS);
        assertNotNull(refusal);
        assertEquals(Check.ORDER, refusal.failed());
        assertEquals(
                "it is event 2 of the model, and event 3 was read before it: an old event was written again",
                refusal.reason());
        assertEquals(3, follower.current().orElseThrow().version());
        // One that starts now is not misled either.
        follower.close();
        follower = follow();
        assertEquals(3, swap());
        assertEquals(Check.ORDER, refusals.take().failed());
        publish(4, TinyOnnx.constant(NEW));
        assertEquals(4, swap());
    }

    @Test
    void aRollBackIsANewEventAndNoReplay() throws Exception {
        publish(2, artifact);
        assertEquals(2, swap());

        signed(promoted(1, TinyOnnx.constant(OLD)), ours);

        assertEquals(1, swap());
        assertEmbeds(OLD);
        assertTrue(refusals.isEmpty(), refusals.toString());
    }

    @Test
    void anUpdateThatIsKeptFromAFollowerIsNoticedByTheHeartbeat() throws Exception {
        ModelUpdate kept = promoted(2, artifact);
        beat(Instant.now(), 2, ours);

        awaitFailure(
                "updates are kept from this follower: the learner has published events up to number 2, and the newest on the topic is number 1");
        assertEmbeds(OLD);
        chunks(2, artifact, CHUNKS).forEach(chunk -> append(weights, chunk));
        signed(kept, ours);
        assertEquals(2, swap());
        awaitFailure("");
    }

    @Test
    void onlyANewHeartbeatOfATrustedKeyShowsThatNothingIsKeptBack() throws Exception {
        follower.close();
        maxAge = Duration.ofMinutes(1);
        follower = follow();
        assertEquals(1, swap());
        Instant longAgo = Instant.now().minus(Duration.ofHours(1));

        beat(longAgo, 1, ours);
        awaitFailure("no heartbeat of the learner for ");
        assertEmbeds(OLD);
        beat(Instant.now(), 1, theirs);
        assertEquals(Check.SIGNATURE, refusals.take().failed());
        beat(longAgo, 1, ours);
        assertEquals(Check.ORDER, refusals.take().failed());
        awaitFailure("no heartbeat of the learner for ");
        beat(Instant.now(), 1, ours);
        awaitFailure("");
    }

    @Test
    void anUpdateOfAKeyThatWasRevoked() throws Exception {
        follower.close();
        revoked = "last-event: 1\n";
        follower = follow();
        assertEquals(1, swap());

        // Whoever has the key by now goes on signing with it
        put(chunks(2, artifact, CHUNKS));
        Refusal refusal = refusals.poll(10, TimeUnit.SECONDS);
        assertNotNull(refusal);
        assertEquals(Check.SIGNATURE, refusal.failed());
        assertTrue(refusal.reason().endsWith("is trusted up to event 1"), refusal.reason());

        // Its successor is trusted, and counts on where it ended
        chunks(3, artifact, CHUNKS).forEach(chunk -> append(weights, chunk));
        ModelUpdate next = promoted(3, artifact);
        next.setEventNumber(2);
        signed(next, successor);
        assertEquals(3, swap());
        assertEmbeds(NEW);
    }

    private void beat(Instant time, long number, SigningKey by) {
        byte[] value = Publication.CODEC.encode(
                new ModelHeartbeat("faces", time.truncatedTo(ChronoUnit.MILLIS), number, 1L, 1L));
        updates.append(
                "faces/heartbeat",
                value,
                new RecordHeaders().add(UpdateSignature.HEADER, by.sign("faces/heartbeat", value)));
    }

    private void awaitFailure(String beginning) throws InterruptedException {
        for (int i = 0; i < 1000 && !isFailure(beginning); i++) {
            Thread.sleep(10);
        }
        assertTrue(isFailure(beginning), follower.failure().toString());
    }

    private boolean isFailure(String beginning) {
        Optional<String> failure = follower.failure();
        return beginning.isEmpty()
                ? failure.isEmpty()
                : failure.filter(text -> text.startsWith(beginning)).isPresent();
    }

    private static Optional<Schema> overflow(long fingerprint) {
        throw new StackOverflowError("fingerprint %016x".formatted(fingerprint));
    }

    private void refused(Check check, String reason) throws Exception {
        Refusal refusal = refusals.poll(10, TimeUnit.SECONDS);
        assertNotNull(refusal);
        assertEquals(check, refusal.failed());
        assertTrue(refusal.reason().startsWith(reason), refusal.reason());
        assertEquals(1, refusal.reason().lines().count());
        assertEquals(2, refusal.version().orElseThrow().version());
        assertEmbeds(OLD);
        theNextGoodVersionIsAccepted();
    }

    private void theNextGoodVersionIsAccepted() throws Exception {
        publish(9, TinyOnnx.constant(2));
        assertEquals(9, swap());
        assertEmbeds(2);
    }

    private TrustedKeys trusted() throws Exception {
        return TrustedKeys.read(Files.writeString(
                folder.resolve("trusted"),
                revoked
                        + Files.readString(folder.resolve("ours.pub"))
                        + Files.readString(folder.resolve("successor.pub"))));
    }

    private ModelFollower follow() throws Exception {
        var config =
                new ClientConfig(Duration.ofMillis(300), 0, 1, 1_000_000, trusted(), Optional.empty(), 1 << 20, maxAge);
        var next = new ModelFollower(
                () -> new ModelLog(updates.reader(), Publication.MODEL, CorruptionTest::overflow, config.trusted()),
                Publication.fetcher(weights, config.fetchTimeout()),
                () -> {},
                config,
                new ModelListener() {
                    @Override
                    public void onSwap(ModelVersion version) {
                        swaps.add(version);
                    }

                    @Override
                    public void onRefused(Refusal refusal) {
                        refusals.add(refusal);
                    }
                });
        next.start();
        return next;
    }

    private void publish(long version, byte[] bytes) {
        put(chunks(version, bytes, CHUNKS), promoted(version, bytes));
    }

    /** Version 2, as its update should be, with these chunks. */
    private void put(List<ModelChunk> chunks) {
        put(chunks, promoted(2, artifact));
    }

    private void put(List<ModelChunk> chunks, ModelUpdate update) {
        chunks.forEach(chunk -> append(weights, chunk));
        signed(update, ours);
    }

    private ModelUpdate promoted(long version, byte[] bytes) {
        ModelUpdate update = update(version, ModelStatus.PROMOTED, bytes, CHUNKS, -1);
        update.setEventNumber(++events);
        return update;
    }

    private void signed(ModelUpdate update, SigningKey key) {
        byte[] value = Publication.CODEC.encode(update);
        String name = "faces/" + update.getVersion();
        updates.append(name, value, new RecordHeaders().add(UpdateSignature.HEADER, key.sign(name, value)));
    }

    private SigningKey key(String name) throws Exception {
        SigningKey.generate(folder.resolve(name), folder.resolve(name + ".pub"));
        return SigningKey.read(folder.resolve(name));
    }

    private long swap() throws InterruptedException {
        ModelVersion version = swaps.poll(10, TimeUnit.SECONDS);
        return version == null ? -1 : version.version();
    }

    private void assertEmbeds(double angle) {
        float[] expected = {(float) Math.cos(angle), (float) Math.sin(angle)};
        assertArrayEquals(expected, follower.embed(WHITE, Encoding.RAW_RGB, 8, 8), 1e-5f);
    }

    private static void flip(ModelChunk chunk) {
        chunk.getBytes().array()[17] ^= 1;
    }

    private static byte[] bytes(ModelChunk chunk) {
        var bytes = new byte[chunk.getBytes().remaining()];
        chunk.getBytes().duplicate().get(bytes);
        return bytes;
    }

    private static int firstDifference(List<ModelChunk> some, List<ModelChunk> others) {
        int index = 0;
        while (ByteBuffer.wrap(bytes(some.get(index))).equals(ByteBuffer.wrap(bytes(others.get(index))))) {
            index++;
        }
        return index;
    }

    private static List<ModelChunk> replaced(List<ModelChunk> chunks, int index, ModelChunk by) {
        ModelChunk[] all = chunks.toArray(ModelChunk[]::new);
        all[index] = by;
        return List.of(all);
    }

    private static byte[] white() {
        var bytes = new byte[3 * 8 * 8];
        Arrays.fill(bytes, (byte) 255);
        return bytes;
    }
}
