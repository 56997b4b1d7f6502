package io.rangestream.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.wire.SchemaSource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A follower of a model whose topics are in memory, and what it told. */
final class FollowedModel implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(10);

    final TestLog updates = new TestLog("model-updates");
    final TestLog weights = new TestLog("model-weights");
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    final AtomicBoolean schemasClosed = new AtomicBoolean();
    final ModelFollower follower;

    FollowedModel() {
        var config = new ClientConfig(
                Duration.ofMillis(300),
                1 << 20,
                1,
                1_000_000,
                TrustedKeys.anyone(),
                Optional.empty(),
                1 << 20,
                Duration.ZERO);
        this.follower = new ModelFollower(
                () -> new ModelLog(updates.reader(), Publication.MODEL, SchemaSource.NONE, config.trusted()),
                Publication.fetcher(weights, config.fetchTimeout()),
                () -> schemasClosed.set(true),
                config,
                new ModelListener() {
                    @Override
                    public void onSwap(ModelVersion version) {
                        events.add("swap " + version.version());
                    }

                    @Override
                    public void onRefused(Refusal refusal) {
                        events.add("refused " + refusal.version().orElseThrow().version() + ": " + refusal.reason());
                    }
                });
    }

    /** The next thing that it told; "null" if nothing came. */
    String event() throws InterruptedException {
        return String.valueOf(events.poll(SOON.toSeconds(), TimeUnit.SECONDS));
    }

    @Override
    public void close() {
        follower.close();
        assertEquals(0, updates.readersOpen());
        assertEquals(0, weights.readersOpen());
    }
}
