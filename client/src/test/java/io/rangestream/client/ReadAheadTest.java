package io.rangestream.client;

import static io.rangestream.client.Publication.append;
import static io.rangestream.client.Publication.chunks;
import static io.rangestream.client.Publication.version;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelChunk;
import io.rangestream.schemas.wire.SchemaSource;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ReadAheadTest {
    private static final int LIMIT = 1 << 16;
    private static final int CHUNKS = 4;

    private final TestLog weights = new TestLog("model-weights");
    private final byte[] artifact = TinyOnnx.constant(1);
    private long before;
    private final ReadAhead ahead = new ReadAhead(weights::reader, SchemaSource.NONE, Publication.MODEL, LIMIT);

    @BeforeEach
    void itReads() throws Exception {
        put(1, TinyOnnx.constant(0));
        startedByVersions(ahead, 2);
        before = weights.recordsRead();
    }

    @AfterEach
    void itsReaderIsClosed() {
        ahead.close();
        assertEquals(0, weights.readersOpen());
    }

    @Test
    void chunksThatCameBeforeTheUpdateAreThere() throws Exception {
        long hint = weights.end();
        put(102, artifact);

        assertEmbeds(ahead.take(version(102, artifact, CHUNKS, hint)));
        assertEquals(CHUNKS, weights.recordsRead() - before);
    }

    @Test
    void chunksThatComeAMomentAfterTheUpdateAreWaitedFor() throws Exception {
        ModelVersion next = version(102, artifact, CHUNKS, weights.end());
        var taken = CompletableFuture.supplyAsync(() -> ahead.take(next));
        TimeUnit.MILLISECONDS.sleep(30);

        put(102, artifact);

        assertEmbeds(taken.get());
    }

    @Test
    void whatStandsBeforeItsStartIsNotWaitedFor() {
        assertTrue(ahead.take(version(1, TinyOnnx.constant(0), CHUNKS, 0)).isEmpty());
        assertEquals(before, weights.recordsRead());
    }

    @Test
    void aVersionIsNotGivenUnlessItIsWhatTheUpdateSays() {
        long hint = weights.end();
        put(102, artifact);
        assertTrue(ahead.take(version(102, TinyOnnx.constant(2), CHUNKS, hint)).isEmpty());

        hint = weights.end();
        put(103, artifact);
        ModelVersion longer = version(103, artifact, CHUNKS, hint);
        longer.update().getArtifact().setBytes(artifact.length + 1);
        assertTrue(ahead.take(longer).isEmpty());

        hint = weights.end();
        put(104, artifact);
        assertTrue(ahead.take(version(104, artifact, CHUNKS + 1, hint)).isEmpty());
    }

    @Test
    void aDamagedChunkOrAMissingOneOrAStrangeOneLeavesTheVersionToTheFetcher() throws Exception {
        long hint = weights.end();
        List<ModelChunk> damaged = chunks(102, artifact, CHUNKS);
        damaged.get(2).getBytes().array()[0] ^= 1;
        damaged.forEach(chunk -> append(weights, chunk));
        assertTrue(ahead.take(version(102, artifact, CHUNKS, hint)).isEmpty());

        hint = weights.end();
        List<ModelChunk> gap = chunks(103, artifact, CHUNKS);
        gap.remove(1);
        gap.forEach(chunk -> append(weights, chunk));
        assertTrue(ahead.take(version(103, artifact, CHUNKS, hint)).isEmpty());

        hint = weights.end();
        List<ModelChunk> strange = chunks(104, artifact, CHUNKS);
        weights.append(
                "faces/104/0",
                Publication.CODEC.encode(chunks(109, artifact, CHUNKS).get(0)));
        strange.subList(1, CHUNKS).forEach(chunk -> append(weights, chunk));
        assertTrue(ahead.take(version(104, artifact, CHUNKS, hint)).isEmpty());

        hint = weights.end();
        put(105, artifact);
        assertEmbeds(ahead.take(version(105, artifact, CHUNKS, hint)));
    }

    @Test
    void aVersionThatIsTooLargeIsPassedOverAndTheNextOneRead() throws Exception {
        var large = new byte[2 * LIMIT];
        long hint = weights.end();
        // As of a transaction, all are there at once.
        synchronized (weights) {
            put(102, large, 40);
        }
        assertTrue(ahead.take(version(102, large, 40, hint)).isEmpty());

        hint = weights.end();
        put(103, artifact);

        assertEmbeds(ahead.take(version(103, artifact, CHUNKS, hint)));
        long read = weights.recordsRead() - before;
        assertTrue(read < 40, "read " + read);
    }

    @Test
    void ofALargeVersionThatIsStillBeingWrittenNothingIsReadButItsBeginning() throws Exception {
        List<ModelChunk> large = chunks(102, new byte[2 * LIMIT], 40);
        append(weights, large.get(0));
        awaitRecordsRead(1);

        large.subList(1, 40).forEach(chunk -> append(weights, chunk));
        long hint = weights.end();
        put(103, artifact);
        awaitRecordsRead(1 + CHUNKS);

        assertEmbeds(ahead.take(version(103, artifact, CHUNKS, hint)));
        assertEquals(1 + CHUNKS, weights.recordsRead() - before);
    }

    @Test
    void anAttemptThatWasAbortedIsReplacedByTheNext() throws Exception {
        chunks(102, TinyOnnx.constant(2), CHUNKS).subList(0, CHUNKS - 1).forEach(chunk -> append(weights, chunk));
        long hint = weights.end();
        put(102, artifact);

        assertEmbeds(ahead.take(version(102, artifact, CHUNKS, hint)));
    }

    @Test
    void theWholeOfAnAttemptThatWasAbortedIsNotGiven() {
        put(102, TinyOnnx.constant(2));

        assertTrue(ahead.take(version(102, artifact, CHUNKS, 0)).isEmpty());
    }

    @Test
    void withoutMemoryNothingIsRead() {
        try (var none = new ReadAhead(weights::reader, SchemaSource.NONE, Publication.MODEL, 0)) {
            none.start();

            assertTrue(none.take(version(102, artifact, CHUNKS, weights.end())).isEmpty());
            assertEquals(1, weights.readersOpen());
        }
    }

    @Test
    void aBrokerThatFailsIsTriedAgain() throws Exception {
        var attempts = new AtomicInteger();
        try (var retrying = new ReadAhead(
                () -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw new KafkaException("gone");
                    }
                    return weights.reader();
                },
                SchemaSource.NONE,
                Publication.MODEL,
                LIMIT)) {
            assertEmbeds(startedByVersions(retrying, 201));
            assertTrue(attempts.get() > 1);
        }
    }

    @Test
    void whoWaitsGetsNothingAfterTheEnd() throws Exception {
        ModelVersion never = version(102, artifact, CHUNKS, weights.end());
        var taken = CompletableFuture.supplyAsync(() -> ahead.take(never));

        ahead.close();

        assertFalse(taken.get(5, TimeUnit.SECONDS).isPresent());
    }

    @Test
    void closingDoesNotWaitForABrokerThatGivesNoAnswer() throws Exception {
        var asked = new CountDownLatch(1);
        var woken = new CountDownLatch(1);
        var silent = new MockConsumer<byte[], byte[]>("earliest") {
            @Override
            public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> which, Duration timeout) {
                asked.countDown();
                try {
                    woken.await();
                } catch (InterruptedException e) {
                    throw new InterruptException(e);
                }
                throw new WakeupException();
            }

            @Override
            public void wakeup() {
                woken.countDown();
            }
        };
        var starting = new ReadAhead(
                () -> new LogReader(silent, "model-weights"), SchemaSource.NONE, Publication.MODEL, LIMIT);
        starting.start();
        asked.await();

        starting.close();

        assertTrue(silent.closed());
    }

    /** It begins at the end of the topic at that moment: versions come until one of them is read. */
    private Optional<FetchedArtifact> startedByVersions(ReadAhead starting, long first) throws InterruptedException {
        starting.start();
        Optional<FetchedArtifact> taken = Optional.empty();
        for (long next = first; taken.isEmpty(); next++) {
            long hint = weights.end();
            put(next, artifact);
            taken = starting.take(version(next, artifact, CHUNKS, hint));
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return taken;
    }

    private void awaitRecordsRead(long count) throws InterruptedException {
        while (weights.recordsRead() - before < count) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private void put(long version, byte[] bytes) {
        put(version, bytes, CHUNKS);
    }

    private void put(long version, byte[] bytes, int count) {
        chunks(version, bytes, count).forEach(chunk -> append(weights, chunk));
    }

    private static void assertEmbeds(Optional<FetchedArtifact> taken) throws Exception {
        try (FetchedArtifact artifact = taken.orElseThrow();
                OnnxEmbedder embedder = artifact.open(Publication.network(TinyOnnx.SIDE, TinyOnnx.DIM), 1)) {
            assertEquals(TinyOnnx.DIM, embedder.dim());
        }
    }
}
