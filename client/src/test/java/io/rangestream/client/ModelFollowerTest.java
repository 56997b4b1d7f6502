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
import io.rangestream.schemas.image.CropDecoder;
import io.rangestream.schemas.image.InvalidImageException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ModelFollowerTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] WHITE = filled(3 * 8 * 8, 255);

    private final FollowedModel model = new FollowedModel();
    private final TestLog updates = model.updates;
    private final TestLog weights = model.weights;
    private final BlockingQueue<String> events = model.events;
    private final ModelFollower follower = model.follower;

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void onlyTheNewestPromotedVersionIsLoadedAtTheStart() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        publish(updates, weights, 2, TinyOnnx.constant(1));
        append(updates, update(3, ModelStatus.CANDIDATE, new byte[1], 1, 0));

        follower.start();

        assertEquals(2, follower.awaitVersion(SOON).orElseThrow().version());
        assertEquals("swap 2", model.event());
        assertEmbeds(1);
        assertTrue(events.isEmpty(), events.toString());
    }

    @Test
    void aNewerPromotedVersionTakesOver() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        assertEquals("swap 1", model.event());
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
        assertEquals("swap 2", model.event());

        append(updates, update(2, ModelStatus.ROLLED_BACK, TinyOnnx.constant(1), 4, 4));
        append(updates, update(1, ModelStatus.PROMOTED, TinyOnnx.constant(0), 4, 0));

        assertEquals("swap 1", model.event());
        assertEmbeds(0);
    }

    @Test
    void aBadUpdateLeavesTheOldVersionServing() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        assertEquals("swap 1", model.event());

        // no chunks, no ONNX, no numbers, not the format
        append(updates, update(2, ModelStatus.PROMOTED, TinyOnnx.constant(1), 4, -1));
        assertEquals("refused 2: none of its 4 chunks is there (waited 300 ms for it)", model.event());
        publish(updates, weights, 3, filled(100, 7));
        assertTrue(model.event().startsWith("refused 3: the artifact cannot be opened: "));
        publish(updates, weights, 4, TinyOnnx.constant(Double.NaN));
        assertEquals("refused 4: the artifact gives embeddings that are not finite", model.event());
        ModelUpdate foreign = update(5, ModelStatus.PROMOTED, TinyOnnx.constant(1), 4, -1);
        foreign.getArtifact().setFormat("zip");
        append(updates, foreign);
        assertEquals("refused 5: the artifact is not onnx but zip", model.event());

        assertEquals(1, follower.current().orElseThrow().version());
        assertEmbeds(0);
        publish(updates, weights, 6, TinyOnnx.constant(2));
        assertEquals("swap 6", model.event());
        assertEmbeds(2);
    }

    @Test
    void chunksThatComeAfterTheRefusalAreFoundAtTheNextTry() throws Exception {
        byte[] onnx = TinyOnnx.constant(1);
        append(updates, update(1, ModelStatus.PROMOTED, onnx, 4, -1));
        follower.start();
        assertTrue(model.event().startsWith("refused 1: none"));

        Publication.chunks(1, onnx, 4).forEach(chunk -> append(weights, chunk));

        assertEquals("swap 1", model.event());
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
    void aVersionForPixelsOfANewerKindIsRefused() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        assertEquals("swap 1", model.event());
        byte[] artifact = TinyOnnx.constant(1);
        long hint = weights.end();
        Publication.chunks(2, artifact, 1).forEach(chunk -> Publication.append(weights, chunk));
        ModelUpdate newer = Publication.update(2, ModelStatus.PROMOTED, artifact, 1, hint);
        newer.getNetwork().setPreprocessing(CropDecoder.PREPROCESSING + 1);
        Publication.append(updates, newer);

        String refused = model.event();
        assertTrue(refused.startsWith("refused 2"), refused);
        assertEquals(1, follower.current().orElseThrow().version());
    }

    @Test
    void theMetricsTellVersionSwapsRefusalsAndCalls() throws Exception {
        var registry = new SimpleMeterRegistry();
        new FollowerMetrics(follower).bindTo(registry);
        assertEquals(0, registry.get("rangestream.client.version").gauge().value());
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        assertEquals("swap 1", model.event());
        publish(updates, weights, 2, filled(100, 7));
        assertTrue(model.event().startsWith("refused 2"));
        publish(updates, weights, 3, TinyOnnx.constant(1));
        assertEquals("swap 3", model.event());

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
        assertEquals("swap 1", model.event());
        append(updates, update(2, ModelStatus.PROMOTED, TinyOnnx.constant(1), 4, -1));
        Thread.sleep(100);

        long begin = System.nanoTime();
        follower.close();
        follower.close();

        assertTrue(System.nanoTime() - begin < Duration.ofSeconds(2).toNanos());
        assertTrue(model.schemasClosed.get());
        assertTrue(events.isEmpty(), events.toString());
        assertEquals(Optional.empty(), follower.current());
        assertThrows(IllegalStateException.class, () -> follower.embedCrops(List.of()));
    }

    @Test
    void anUpdateOfAbsurdSizesLeavesTheOldVersionServing() throws Exception {
        publish(updates, weights, 1, TinyOnnx.constant(0));
        follower.start();
        assertEquals("swap 1", model.event());
        byte[] onnx = TinyOnnx.constant(1);
        ModelUpdate absurd = update(2, ModelStatus.PROMOTED, onnx, 4, weights.end());
        absurd.setNetwork(Publication.network(1_000_000, Integer.MAX_VALUE));
        Publication.chunks(2, onnx, 4).forEach(chunk -> append(weights, chunk));
        append(updates, absurd);
        assertTrue(model.event().startsWith("refused 2: the artifact cannot take "));

        publish(updates, weights, 3, TinyOnnx.constant(2));

        assertEquals("swap 3", model.event());
        assertEmbeds(2);
    }

    private void assertEmbeds(double angle) {
        float[] expected = {(float) Math.cos(angle), (float) Math.sin(angle)};
        assertArrayEquals(expected, follower.embed(WHITE, Encoding.RAW_RGB, 8, 8), 1e-5f);
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
