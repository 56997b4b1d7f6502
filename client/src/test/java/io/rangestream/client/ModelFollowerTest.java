package io.rangestream.client;

import static io.rangestream.client.Publication.append;
import static io.rangestream.client.Publication.publish;
import static io.rangestream.client.Publication.update;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.image.InvalidImageException;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.wire.SchemaSource;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ModelFollowerTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] WHITE = filled(TinyOnnx.INPUTS, 255);

    private final TestLog updates = new TestLog("model-updates");
    private final TestLog weights = new TestLog("model-weights");
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean schemasClosed = new AtomicBoolean();
    private ModelFollower follower;

    @BeforeEach
    void follow() {
        follower = follower(TrustedKeys.anyone());
    }

    private ModelFollower follower(TrustedKeys trusted) {
        var config = new ClientConfig(Duration.ofMillis(300), 1 << 20, 1, 1_000_000, trusted, Optional.empty());
        return new ModelFollower(
                () -> new ModelLog(updates.reader(), Publication.MODEL, SchemaSource.NONE, config.trusted()),
                new ArtifactFetcher(
                        weights::reader,
                        SchemaSource.NONE,
                        config.fetchTimeout(),
                        new StoredArtifacts(Optional.empty(), "")),
                () -> schemasClosed.set(true),
                config,
                new ModelListener() {
                    @Override
                    public void onSwap(ModelVersion version) {
                        events.add("swap " + version.version());
                    }

                    @Override
                    public void onRefused(Refusal refusal) {
                        events.add("refused " + refusal.version().version() + ": " + refusal.reason());
                    }
                });
    }

    @AfterEach
    void close() {
        follower.close();
        assertEquals(0, updates.readersOpen());
        assertEquals(0, weights.readersOpen());
    }

    @Test
    void onlyTheNewestPromotedVersionIsLoadedAtTheStart() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        publish(updates, weights, 2, TinyOnnx.constant(1));
        append(updates, update(3, ModelStatus.CANDIDATE, new byte[1], 1, 0));

        follower.start();

        assertEquals(2, follower.awaitVersion(SOON).orElseThrow().version());
        assertEquals("swap 2", event());
        assertEmbeds(1);
        assertTrue(events.isEmpty(), events.toString());
    }

    @Test
    void aNewerPromotedVersionTakesOver() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        assertEquals("swap 1", event());
        assertEmbeds(0);

        publish(updates, weights, 2, TinyOnnx.constant(1));

        assertEquals(2, follower.awaitVersion(2, SOON).orElseThrow().version());
        assertEmbeds(1);
    }

    @Test
    void aRollBackTakesEffect() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        publish(updates, weights, 2, TinyOnnx.constant(1));
        follower.start();
        assertEquals("swap 2", event());

        append(updates, update(2, ModelStatus.ROLLED_BACK, TinyOnnx.constant(1), 4, 4));
        append(updates, update(1, ModelStatus.PROMOTED, TinyOnnx.constant(0), 4, 0));

        assertEquals("swap 1", event());
        assertEmbeds(0);
    }

    @Test
    void whoStoresEmbeddingsIsToldOfSpacesThatCannotBeComparedAnyMore() throws Exception {
        var outdated = new LinkedBlockingQueue<String>();
        follower.addListener(new ModelListener() {
            @Override
            public void onOutdated(ModelVersion version, Set<String> spaces) {
                outdated.add(version.version() + " " + spaces);
            }
        });
        publishInSpace(1, "faces/1");
        follower.start();
        assertEquals("swap 1", event());
        publishInSpace(2, "faces/1");
        assertEquals("swap 2", event());
        publishInSpace(3, "faces/3", "faces/1");
        assertEquals("swap 3", event());
        assertTrue(follower.current().orElseThrow().comparesWith("faces/1"));

        publishInSpace(4, "faces/3");
        assertEquals("4 [faces/1]", outdated.poll(10, TimeUnit.SECONDS));
        publishInSpace(5, "");
        assertEquals("5 [faces/3]", outdated.poll(10, TimeUnit.SECONDS));

        assertEquals("faces/5", follower.current().orElseThrow().embeddingSpace());
        assertTrue(outdated.isEmpty(), outdated.toString());
    }

    @Test
    void aBadUpdateLeavesTheOldVersionServing() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        assertEquals("swap 1", event());

        // no chunks, no ONNX, no numbers, not the format
        append(updates, update(2, ModelStatus.PROMOTED, TinyOnnx.constant(1), 4, -1));
        assertEquals("refused 2: none of its 4 chunks is there (waited 300 ms for it)", event());
        publish(updates, weights, 3, filled(100, 7));
        assertTrue(event().startsWith("refused 3: the artifact cannot be opened: "));
        publish(updates, weights, 4, TinyOnnx.constant(Double.NaN));
        assertEquals("refused 4: the artifact gives embeddings that are not finite", event());
        ModelUpdate foreign = update(5, ModelStatus.PROMOTED, TinyOnnx.constant(1), 4, -1);
        foreign.getArtifact().setFormat("zip");
        append(updates, foreign);
        assertEquals("refused 5: the artifact is not onnx but zip", event());

        assertEquals(1, follower.current().orElseThrow().version());
        assertEmbeds(0);
        publish(updates, weights, 6, TinyOnnx.constant(2));
        assertEquals("swap 6", event());
        assertEmbeds(2);
    }

    @Test
    void chunksThatComeAfterTheRefusalAreFoundAtTheNextTry() throws Exception {
        byte[] onnx = TinyOnnx.constant(1);
        append(updates, update(1, ModelStatus.PROMOTED, onnx, 4, -1));
        follower.start();
        assertTrue(event().startsWith("refused 1: none"));

        Publication.chunks(1, onnx, 4).forEach(chunk -> append(weights, chunk));

        assertEquals("swap 1", event());
    }

    @Test
    void anEmbeddingIsKeptUntilTheVersionChangesAndBelongsToTheCaller() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        follower.awaitVersion(SOON);
        byte[] png = png(255);

        float[] first = follower.embed(png);
        assertEquals(0, follower.cacheHits());
        float[] expected = first.clone();
        Arrays.fill(first, 9);
        assertArrayEquals(expected, follower.embed(png.clone()));
        assertEquals(1, follower.cacheHits());

        publish(updates, weights, 2, TinyOnnx.constant(1));
        follower.awaitVersion(2, SOON);
        assertNotEquals(expected[0], follower.embed(png)[0]);
        assertEquals(1, follower.cacheHits());
    }

    @Test
    void twoImagesAreComparedAtTheRecommendedThreshold() throws Exception {
        // given: brightness left and right are the two dimensions
        var sides = new float[TinyOnnx.DIM][TinyOnnx.INPUTS];
        sides[0][0] = 1;
        sides[1][TinyOnnx.SIDE - 1] = 1;
        publish(updates, weights, 1, TinyOnnx.of(sides));
        follower.start();
        follower.awaitVersion(SOON);

        Verification same = follower.verify(png(255), png(250));
        Verification other = follower.verify(png(255), png(0));

        assertTrue(same.samePerson());
        assertEquals(1, same.similarity(), 1e-6);
        assertEquals(0.5, same.threshold());
        assertEquals(1, same.version().version());
        assertFalse(other.samePerson());
        assertEquals(-1, follower.similarity(png(255), png(0)), 1e-6);
    }

    @Test
    void theMetricsTellVersionSwapsRefusalsAndCalls() throws Exception {
        var registry = new SimpleMeterRegistry();
        new FollowerMetrics(follower).bindTo(registry);
        assertEquals(0, registry.get("rangestream.client.version").gauge().value());
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        assertEquals("swap 1", event());
        publish(updates, weights, 2, filled(100, 7));
        assertTrue(event().startsWith("refused 2"));
        publish(updates, weights, 3, TinyOnnx.constant(1));
        assertEquals("swap 3", event());

        follower.embed(png(255));
        follower.embed(png(255));
        follower.similarity(png(255), png(3));

        assertEquals(3, registry.get("rangestream.client.version").gauge().value());
        assertEquals(
                2, registry.get("rangestream.client.swaps").functionCounter().count());
        assertEquals(
                1,
                registry.get("rangestream.client.refused")
                        .tag("check", "model")
                        .functionCounter()
                        .count());
        assertEquals(
                0,
                registry.get("rangestream.client.refused")
                        .tag("check", "sha256")
                        .functionCounter()
                        .count());
        assertEquals(3, registry.get("rangestream.client.embed").functionTimer().count());
        assertTrue(registry.get("rangestream.client.embed").functionTimer().totalTime(TimeUnit.NANOSECONDS) > 0);
        assertEquals(
                2,
                registry.get("rangestream.client.cache.hits").functionCounter().count());
        assertEquals(
                2,
                registry.get("rangestream.client.cache.misses")
                        .functionCounter()
                        .count());
        assertTrue(registry.get("rangestream.client.since.swap").gauge().value() >= 0);
    }

    @Test
    void aVersionWithoutAThresholdCannotVerify() throws Exception {
        byte[] onnx = TinyOnnx.constant(0);
        ModelUpdate update = update(1, ModelStatus.PROMOTED, onnx, 4, 0);
        update.getEvaluation().setThreshold(null);
        Publication.chunks(1, onnx, 4).forEach(chunk -> append(weights, chunk));
        append(updates, update);
        follower.start();
        follower.awaitVersion(SOON);

        assertThrows(IllegalStateException.class, () -> follower.verify(png(255), png(255)));
    }

    @Test
    void bytesThatAreNoImageAreRefusedAndDoNoHarm() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        follower.awaitVersion(SOON);

        assertThrows(InvalidImageException.class, () -> follower.embed(filled(50, 3)));
        assertThrows(InvalidImageException.class, () -> follower.embed(WHITE, Encoding.RAW_RGB, 5, 5));
        assertEmbeds(0);
    }

    @Test
    void withoutAVersionEmbeddingFailsAndWaitingEnds() throws Exception {
        follower.start();

        assertEquals(Optional.empty(), follower.current());
        assertEquals(Optional.empty(), follower.awaitVersion(Duration.ofMillis(50)));
        assertThrows(IllegalStateException.class, () -> follower.embed(png(1)));
    }

    @Test
    void closingTakesAMomentEvenWhileChunksAreAwaited() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        assertEquals("swap 1", event());
        append(updates, update(2, ModelStatus.PROMOTED, TinyOnnx.constant(1), 4, -1));
        Thread.sleep(100);

        long begin = System.nanoTime();
        follower.close();
        follower.close();

        assertTrue(System.nanoTime() - begin < Duration.ofSeconds(2).toNanos());
        assertTrue(schemasClosed.get());
        assertTrue(events.isEmpty(), events.toString());
        assertEquals(Optional.empty(), follower.current());
        assertThrows(IllegalStateException.class, () -> follower.embedCrops(List.of()));
    }

    @Test
    void closingIsCompleteThoughItIsInterrupted() throws Exception {
        var release = new CountDownLatch(1);
        follower.addListener(new ModelListener() {
            @Override
            public void onSwap(ModelVersion version) {
                await(release);
            }
        });
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        assertEquals("swap 1", event());

        Thread.currentThread().interrupt();
        follower.close();

        assertTrue(Thread.interrupted());
        assertTrue(schemasClosed.get());
        assertEquals(Optional.empty(), follower.current());
        release.countDown();
    }

    @Test
    void anUpdateOfAbsurdSizesLeavesTheOldVersionServing() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        assertEquals("swap 1", event());
        byte[] onnx = TinyOnnx.constant(1);
        ModelUpdate absurd = update(2, ModelStatus.PROMOTED, onnx, 4, weights.end());
        absurd.setNetwork(Publication.network(1_000_000, Integer.MAX_VALUE));
        Publication.chunks(2, onnx, 4).forEach(chunk -> append(weights, chunk));
        append(updates, absurd);
        assertTrue(event().startsWith("refused 2: the artifact cannot take "));

        publish(updates, weights, 3, TinyOnnx.constant(2));

        assertEquals("swap 3", event());
        assertEmbeds(2);
    }

    @Test
    void aListenerMayClose() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        var took = new LinkedBlockingQueue<Long>();
        follower.addListener(new ModelListener() {
            @Override
            public void onSwap(ModelVersion version) {
                long begin = System.nanoTime();
                follower.close();
                took.add(System.nanoTime() - begin);
            }
        });

        follower.start();

        assertTrue(took.poll(10, TimeUnit.SECONDS) < Duration.ofSeconds(2).toNanos());
        assertEquals(Optional.empty(), follower.current());
    }

    @Test
    void aListenerThatThrowsStopsNothing() throws Exception {
        follower.addListener(new ModelListener() {
            @Override
            public void onSwap(ModelVersion version) {
                throw new IllegalStateException("listener of the test");
            }
        });
        follower.start();

        publish(updates, weights, 1, TinyOnnx.constant(0));
        assertEquals("swap 1", event());
        publish(updates, weights, 2, TinyOnnx.constant(1));
        assertEquals("swap 2", event());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String event() throws InterruptedException {
        return String.valueOf(events.poll(SOON.toSeconds(), TimeUnit.SECONDS));
    }

    private void publishInSpace(long version, String space, String... compatible) {
        byte[] onnx = TinyOnnx.constant(version);
        ModelUpdate update = update(version, ModelStatus.PROMOTED, onnx, 4, weights.end());
        update.setEmbeddingSpace(space);
        update.setCompatibleWith(List.of(compatible));
        Publication.chunks(version, onnx, 4).forEach(chunk -> append(weights, chunk));
        append(updates, update);
    }

    private void assertEmbeds(double angle) {
        float[] expected = {(float) Math.cos(angle), (float) Math.sin(angle)};
        assertArrayEquals(expected, follower.embed(WHITE, Encoding.RAW_RGB, 4, 4), 1e-5f);
    }

    private static byte[] png(int grey) throws IOException {
        var image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64; i++) {
            image.setRGB(i % 8, i / 8, grey << 16 | grey << 8 | grey);
        }
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    private static byte[] filled(int length, int value) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
