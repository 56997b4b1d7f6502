package io.rangestream.client;

import static io.rangestream.client.Publication.append;
import static io.rangestream.client.Publication.chunks;
import static io.rangestream.client.Publication.version;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelChunk;
import io.rangestream.schemas.hash.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class ArtifactFetcherTest {
    private static final Duration WAIT = Duration.ofMillis(400);

    private final TestLog weights = new TestLog("model-weights");
    private final byte[] artifact = random(1000, 1);
    private final List<ArtifactFetcher> fetchers = new CopyOnWriteArrayList<>();

    @AfterEach
    void everyReaderIsClosed() {
        fetchers.forEach(ArtifactFetcher::close);
        assertEquals(0, weights.readersOpen());
    }

    @Test
    void chunksAreJoinedInOrderOfIndexWhateverTheirOrderOnTheTopic() {
        List<ModelChunk> chunks = chunks(3, artifact, 10);
        for (int i : new int[] {7, 0, 9, 1, 8, 2, 6, 3, 5, 4}) {
            append(weights, chunks.get(i));
        }

        assertArrayEquals(artifact, fetch(version(3, artifact, 10, 0)));
    }

    @Test
    void theHintSparesReadingTheVersionsBefore() {
        put(1, random(1000, 9), 10);
        put(2, random(1000, 8), 10);
        long hint = weights.end();
        put(3, artifact, 10);

        assertArrayEquals(artifact, fetch(version(3, artifact, 10, hint)));
        assertTrue(weights.recordsRead() <= 10, "read " + weights.recordsRead());
    }

    @Test
    void aHintThatLeadsNowhereIsReplacedByTheBeginning() {
        put(3, artifact, 10);
        put(4, random(1000, 4), 10);

        for (long wrong : new long[] {-1, 5, 15, 20, 1_000_000}) {
            assertArrayEquals(artifact, fetch(version(3, artifact, 10, wrong)), "hint " + wrong);
        }
    }

    @Test
    void aHintBeforeTheStartOfTheTopicIsReplacedByTheBeginning() {
        weights.startAt(500);
        put(3, artifact, 10);

        assertArrayEquals(artifact, fetch(version(3, artifact, 10, 12)));
    }

    @Test
    void aFlippedBitInAChunkIsRefusedAtOnce() {
        List<ModelChunk> chunks = chunks(3, artifact, 10);
        chunks.get(4).getBytes().array()[17] ^= 1;
        chunks.forEach(chunk -> append(weights, chunk));

        var refusal = assertThrows(
                ArtifactException.class, () -> fetcher(Duration.ofMinutes(5)).fetch(version(3, artifact, 10, 0)));
        assertEquals("chunk 5 of 10 does not have the SHA-256 it names", refusal.getMessage());
        assertFalse(refusal.retryable());
    }

    @Test
    void aTruncatedRecordIsRefused() {
        List<ModelChunk> chunks = chunks(3, artifact, 2);
        append(weights, chunks.get(0));
        byte[] whole = Publication.CODEC.encode(chunks.get(1));
        weights.append("faces/3/1", Arrays.copyOf(whole, whole.length - 20));

        assertReason("chunk 2 of 2 cannot be decoded: truncated or damaged ModelChunk", version(3, artifact, 2, 0));
    }

    @Test
    void missingChunksAreNamed() {
        List<ModelChunk> chunks = chunks(3, artifact, 10);
        for (int i = 0; i < 10; i++) {
            if (i != 2 && i != 6) {
                append(weights, chunks.get(i));
            }
        }

        var refusal = assertReason("chunks 3, 7 of 10 are missing", version(3, artifact, 10, 0));
        assertTrue(refusal.retryable());
    }

    @Test
    void aVersionWithoutAnyChunkIsRefusedAfterTheWait() {
        put(2, artifact, 10);

        assertReason("none of its 10 chunks is there", version(3, artifact, 10, 0));
    }

    @Test
    void aCountThatDiffersFromTheUpdateIsRefused() {
        put(3, artifact, 12);

        assertReason("chunk 1 of 10 says there are 12 chunks", version(3, artifact, 10, 0));
    }

    @Test
    void aWholeOfAnotherSizeIsRefused() {
        put(3, artifact, 10);
        ModelVersion longer = version(3, artifact, 10, 0);
        longer.update().getArtifact().setBytes(1001);

        assertReason("its 10 chunks hold 1000 bytes instead of 1001", longer);
    }

    @Test
    void aWholeWithAnotherHashIsRefused() {
        put(3, artifact, 10);

        var refusal = assertReason("the SHA-256 of the whole is", version(3, random(1000, 2), 10, 0));
        assertTrue(refusal.getMessage().contains(Sha256.of(artifact)));
    }

    @Test
    void aChunkUnderTheKeyOfAnotherIsRefused() {
        List<ModelChunk> chunks = chunks(3, artifact, 2);
        append(weights, chunks.get(0));
        weights.append("faces/3/1", Publication.CODEC.encode(chunks.get(0)));

        assertReason("chunk 2 of 2 says it is faces/3/0", version(3, artifact, 2, 0));
    }

    @Test
    void duplicatesChangeNothing() {
        for (ModelChunk chunk : chunks(3, artifact, 5)) {
            append(weights, chunk);
            append(weights, chunk);
        }

        assertArrayEquals(artifact, fetch(version(3, artifact, 5, 0)));
    }

    @Test
    void chunksOfAnOlderTransactionUnderTheSameVersionAreReplaced() {
        put(3, random(1000, 7), 10);
        put(3, random(700, 6), 7);
        put(3, artifact, 10);

        assertArrayEquals(artifact, fetch(version(3, artifact, 10, -1)));
        assertArrayEquals(artifact, fetch(version(3, artifact, 10, 0)));
    }

    @Test
    void aPrunedVersionIsRefusedAtOnce() {
        put(3, artifact, 4);
        for (int i = 0; i < 4; i++) {
            weights.append("faces/3/" + i, null);
        }

        var refusal = assertThrows(
                ArtifactException.class, () -> fetcher(Duration.ofMinutes(5)).fetch(version(3, artifact, 4, 2)));
        assertEquals("version 3 was pruned: its chunks were deleted", refusal.getMessage());
    }

    @Test
    void aReaderIsKeptFromOneFetchToTheNextUntilTheEnd() {
        put(3, artifact, 10);
        var fetcher = fetcher(WAIT);

        for (long hint : new long[] {0, -1, 5, -1}) {
            assertArrayEquals(artifact, fetcher.fetch(version(3, artifact, 10, hint)));
            assertEquals(1, weights.readersOpen());
        }
        fetcher.close();

        assertEquals(0, weights.readersOpen());
        assertThrows(ArtifactException.class, () -> fetcher.fetch(version(3, artifact, 10, 0)));
        assertEquals(0, weights.readersOpen());
    }

    @Test
    void chunksThatBecomeVisibleLateAreWaitedFor() throws Exception {
        put(2, random(1000, 2), 10);
        long hint = weights.end() + 3;
        var fetched = CompletableFuture.supplyAsync(
                () -> fetcher(Duration.ofSeconds(10)).fetch(version(3, artifact, 10, hint)));

        Thread.sleep(300);
        put(1, random(300, 2), 3);
        put(3, artifact, 10);

        assertArrayEquals(artifact, fetched.get(5, TimeUnit.SECONDS));
    }

    @Test
    void closingEndsAFetchThatWaits() throws Exception {
        var fetcher = fetcher(Duration.ofMinutes(5));
        var fetched = CompletableFuture.supplyAsync(() -> fetcher.fetch(version(3, artifact, 10, 0)));
        Thread.sleep(100);

        fetcher.close();

        var ended = assertThrows(ExecutionException.class, () -> fetched.get(2, TimeUnit.SECONDS));
        assertTrue(ended.getCause() instanceof ArtifactException, ended.toString());
    }

    @Test
    void anUpdateThatCannotBeIsRefusedBeforeAnythingIsRead() {
        ModelVersion none = version(3, artifact, 0, 0);
        assertEquals(
                "the update names 0 chunks",
                assertThrows(ArtifactException.class, () -> fetch(none)).getMessage());
        ModelVersion huge = version(3, artifact, 10, 0);
        huge.update().getArtifact().setBytes(1L << 40);
        assertThrows(ArtifactException.class, () -> fetch(huge));
    }

    @Test
    void aFileIsWrittenWholeOrNotAtAll(@TempDir Path directory) throws Exception {
        put(3, artifact, 10);
        Path file = directory.resolve("model.onnx");
        Files.writeString(file, "the one before");
        var fetcher = fetcher(WAIT);

        assertThrows(ArtifactException.class, () -> fetcher.fetchTo(version(4, artifact, 10, 0), file));
        assertEquals("the one before", Files.readString(file));
        fetcher.fetchTo(version(3, artifact, 10, 0), file);

        assertArrayEquals(artifact, Files.readAllBytes(file));
        try (var files = Files.list(directory)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void aFetchOfTheSameFileByAnotherThreadIsNotDisturbed(@TempDir Path directory) throws Exception {
        put(3, artifact, 10);
        Path file = directory.resolve("model.onnx");
        var fetcher = fetcher(Duration.ofSeconds(10));
        ModelVersion late = version(4, artifact, 10, -1);
        var other = CompletableFuture.runAsync(() -> {
            try {
                fetcher.fetchTo(late, file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        while (isEmpty(directory)) {
            TimeUnit.MILLISECONDS.sleep(5);
        }

        fetcher.fetchTo(version(3, artifact, 10, 0), file);
        assertArrayEquals(artifact, Files.readAllBytes(file));
        put(4, artifact, 10);
        other.get(15, TimeUnit.SECONDS);

        assertArrayEquals(artifact, Files.readAllBytes(file));
        try (var files = Files.list(directory)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    private void put(long version, byte[] bytes, int count) {
        chunks(version, bytes, count).forEach(chunk -> append(weights, chunk));
    }

    private ArtifactException assertReason(String start, ModelVersion version) {
        var refusal = assertThrows(ArtifactException.class, () -> fetch(version));
        String reason = refusal.getMessage();
        assertTrue(reason.startsWith(start), reason);
        assertEquals(1, reason.lines().count());
        return refusal;
    }

    private byte[] fetch(ModelVersion version) {
        return fetcher(WAIT).fetch(version);
    }

    private ArtifactFetcher fetcher(Duration timeout) {
        ArtifactFetcher fetcher = Publication.fetcher(weights, timeout);
        fetchers.add(fetcher);
        return fetcher;
    }

    private static byte[] random(int length, long seed) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
