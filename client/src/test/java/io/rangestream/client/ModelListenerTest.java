package io.rangestream.client;

import static io.rangestream.client.Publication.append;
import static io.rangestream.client.Publication.publish;
import static io.rangestream.client.Publication.update;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a follower tells its listeners, and what they may do. */
@Timeout(60)
class ModelListenerTest {
    private final FollowedModel model = new FollowedModel();
    private final TestLog updates = model.updates;
    private final TestLog weights = model.weights;
    private final ModelFollower follower = model.follower;

    @AfterEach
    void close() {
        model.close();
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
        assertEquals("swap 1", model.event());
        publishInSpace(2, "faces/1");
        assertEquals("swap 2", model.event());
        publishInSpace(3, "faces/3", "faces/1");
        assertEquals("swap 3", model.event());
        assertTrue(follower.current().orElseThrow().comparesWith("faces/1"));

        publishInSpace(4, "faces/3");
        assertEquals("4 [faces/1]", outdated.poll(10, TimeUnit.SECONDS));
        publishInSpace(5, "");
        assertEquals("5 [faces/3]", outdated.poll(10, TimeUnit.SECONDS));

        assertEquals("faces/5", follower.current().orElseThrow().embeddingSpace());
        assertTrue(outdated.isEmpty(), outdated.toString());
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
        assertEquals("swap 1", model.event());

        Thread.currentThread().interrupt();
        follower.close();

        assertTrue(Thread.interrupted());
        assertTrue(model.schemasClosed.get());
        assertEquals(Optional.empty(), follower.current());
        release.countDown();
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
        assertEquals("swap 1", model.event());
        publish(updates, weights, 2, TinyOnnx.constant(1));
        assertEquals("swap 2", model.event());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void publishInSpace(long version, String space, String... compatible) {
        byte[] onnx = TinyOnnx.constant(version);
        ModelUpdate update = update(version, ModelStatus.PROMOTED, onnx, 4, weights.end());
        update.setEmbeddingSpace(space);
        update.setCompatibleWith(List.of(compatible));
        Publication.chunks(version, onnx, 4).forEach(chunk -> append(weights, chunk));
        append(updates, update);
    }
}
