package io.rangestream.client;

import static io.rangestream.client.Publication.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.wire.SchemaSource;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UpdateLoopTest {
    private static final Duration WAIT = Duration.ofSeconds(5);

    private final TestLog updates = new TestLog("model-updates");
    private final TestLog weights = new TestLog("model-weights");
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @Test
    void aVersionThatDoesNotFitIntoMemoryIsRefusedAndTheNextOneOpened() throws Exception {
        var config =
                new ClientConfig(WAIT, 0, 1, 1_000_000, TrustedKeys.anyone(), Optional.empty(), 1 << 20, Duration.ZERO);
        var slot = new ServingSlot();
        var loop = new UpdateLoop(
                () -> new ModelLog(updates.reader(), Publication.MODEL, SchemaSource.NONE, config.trusted()),
                Publication.fetcher(weights, WAIT),
                slot,
                (version, onnx) -> {
                    if (version.version() == 1) {
                        throw new OutOfMemoryError("of the test");
                    }
                    return ServedModel.open(version, onnx, config, () -> {});
                },
                List.of(new ModelListener() {
                    @Override
                    public void onSwap(ModelVersion version) {
                        events.add("swap " + version.version());
                    }

                    @Override
                    public void onRefused(Refusal refusal) {
                        events.add(refusal.failed() + " " + refusal.reason());
                    }
                }),
                WAIT,
                new Freshness(Duration.ZERO, Clock.systemUTC()));
        var thread = new Thread(loop);
        thread.start();
        try {
            publish(updates, weights, 1, TinyOnnx.constant(0));
            assertEquals("MODEL the artifact does not fit into memory: of the test", event());
            publish(updates, weights, 2, TinyOnnx.constant(1));
            assertEquals("swap 2", event());
        } finally {
            loop.stop();
            thread.join();
            slot.close();
        }
    }

    @Test
    void aFailureOfAnyKindIsToldAndTheThreadGoesOn() throws Exception {
        var broken = new AtomicBoolean(true);
        var slot = new ServingSlot();
        SchemaSource schemas = fingerprint -> {
            if (broken.get()) {
                throw new OutOfMemoryError("of the test");
            }
            return Optional.empty();
        };
        var config =
                new ClientConfig(WAIT, 0, 1, 1_000_000, TrustedKeys.anyone(), Optional.empty(), 1 << 20, Duration.ZERO);
        var loop = new UpdateLoop(
                () -> new ModelLog(updates.reader(), Publication.MODEL, schemas, config.trusted()),
                Publication.fetcher(weights, WAIT),
                slot,
                (version, onnx) -> ServedModel.open(version, onnx, config, () -> {}),
                List.of(
                        new ModelListener() {
                            @Override
                            public void onSwap(ModelVersion version) {
                                throw new AssertionError("of the test");
                            }
                        },
                        new ModelListener() {
                            @Override
                            public void onSwap(ModelVersion version) {
                                events.add("swap " + version.version());
                            }
                        }),
                WAIT,
                new Freshness(Duration.ZERO, Clock.systemUTC()));
        var thread = new Thread(loop);
        // Given a record that no memory suffices for, and a version behind it
        updates.append("faces/1", new byte[] {(byte) 0xc3, 1, 1, 2, 3, 4, 5, 6, 7, 8});
        publish(updates, weights, 2, TinyOnnx.constant(0));
        thread.start();
        try {
            while (loop.failure().isEmpty()) {
                Thread.sleep(10);
            }
            assertEquals(
                    "model updates cannot be read, trying again: java.lang.OutOfMemoryError: of the test",
                    loop.failure().orElseThrow());

            // When there is memory again
            broken.set(false);

            // Then nothing was passed over, and a listener that fails keeps the others from nothing
            assertEquals("swap 2", event());
            while (loop.failure().isPresent()) {
                Thread.sleep(10);
            }
            assertTrue(thread.isAlive());
        } finally {
            loop.stop();
            thread.join();
            slot.close();
        }
    }

    @Test
    void aLogThatCannotBeOpenedYetIsToldAndTriedAgain() throws Exception {
        var config =
                new ClientConfig(WAIT, 0, 1, 1_000_000, TrustedKeys.anyone(), Optional.empty(), 1 << 20, Duration.ZERO);
        var slot = new ServingSlot();
        var known = new AtomicBoolean();
        var loop = new UpdateLoop(
                () -> {
                    if (!known.get()) {
                        throw new KafkaException(
                                "Failed to construct kafka consumer",
                                new ConfigException("No resolvable bootstrap urls given in bootstrap.servers"));
                    }
                    return new ModelLog(updates.reader(), Publication.MODEL, SchemaSource.NONE, config.trusted());
                },
                Publication.fetcher(weights, WAIT),
                slot,
                (version, onnx) -> ServedModel.open(version, onnx, config, () -> {}),
                List.of(new ModelListener() {
                    @Override
                    public void onSwap(ModelVersion version) {
                        events.add("swap " + version.version());
                    }
                }),
                WAIT,
                new Freshness(Duration.ZERO, Clock.systemUTC()));
        var thread = new Thread(loop);
        publish(updates, weights, 1, TinyOnnx.constant(0));
        thread.start();
        try {
            // Given a broker whose name is not known
            while (loop.failure().isEmpty()) {
                Thread.sleep(10);
            }
            assertEquals(
                    "model updates cannot be read, trying again: No resolvable bootstrap urls given in bootstrap.servers",
                    loop.failure().orElseThrow());

            // When it is
            known.set(true);

            // Then its model serves
            assertEquals("swap 1", event());
            while (loop.failure().isPresent()) {
                Thread.sleep(10);
            }
        } finally {
            loop.stop();
            thread.join();
            slot.close();
        }
    }

    @Test
    void aVersionThatFoundTooLittleMemoryOnceIsOpenedLaterWithoutAnotherEvent() throws Exception {
        isOpenedLater(
                () -> {
                    throw new OutOfMemoryError("of the test");
                },
                "the artifact does not fit into memory: of the test");
    }

    @Test
    void soIsOneForWhichOnnxRuntimeFoundTooLittleMemory() throws Exception {
        isOpenedLater(
                () -> {
                    throw OnnxEmbedder.failure("cannot be opened", new OrtException("std::bad_alloc"));
                },
                "the artifact cannot be opened: std::bad_alloc");
    }

    private void isOpenedLater(Runnable failing, String reason) throws Exception {
        Duration soon = Duration.ofMillis(300);
        var config =
                new ClientConfig(soon, 0, 1, 1_000_000, TrustedKeys.anyone(), Optional.empty(), 1 << 20, Duration.ZERO);
        var slot = new ServingSlot();
        var full = new AtomicBoolean(true);
        var loop = new UpdateLoop(
                () -> new ModelLog(updates.reader(), Publication.MODEL, SchemaSource.NONE, config.trusted()),
                Publication.fetcher(weights, soon),
                slot,
                (version, onnx) -> {
                    if (full.get()) {
                        failing.run();
                    }
                    return ServedModel.open(version, onnx, config, () -> {});
                },
                List.of(new ModelListener() {
                    @Override
                    public void onSwap(ModelVersion version) {
                        events.add("swap " + version.version());
                    }
                }),
                soon,
                new Freshness(Duration.ZERO, Clock.systemUTC()));
        var thread = new Thread(loop);
        publish(updates, weights, 1, TinyOnnx.constant(0));
        thread.start();
        try {
            while (loop.failure().isEmpty()) {
                Thread.sleep(10);
            }
            assertEquals(
                    "version faces/1 cannot be served and is tried again: " + reason,
                    loop.failure().orElseThrow());

            full.set(false);

            assertEquals("swap 1", event());
            while (loop.failure().isPresent()) {
                Thread.sleep(10);
            }
        } finally {
            loop.stop();
            thread.join();
            slot.close();
        }
    }

    private String event() throws InterruptedException {
        return String.valueOf(events.poll(10, TimeUnit.SECONDS));
    }
}
