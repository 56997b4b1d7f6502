package io.rangestream.client;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A follower's metrics for Micrometer, whose library the application brings: {@code new FollowerMetrics(follower).bindTo(registry)}. They hold
 * the follower weakly.
 */
public final class FollowerMetrics implements MeterBinder {
    private static final String PREFIX = "rangestream.client.";

    private final ModelFollower follower;

    public FollowerMetrics(ModelFollower follower) {
        this.follower = follower;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder(PREFIX + "version", follower, f -> f.current()
                        .map(ModelVersion::version)
                        .orElse(0L))
                .description("The version that serves, 0 if none does.")
                .register(registry);
        Gauge.builder(PREFIX + "failing", follower, f -> f.failure().isPresent() ? 1 : 0)
                .description("1 while the promoted version may be another than the one that serves, else 0.")
                .register(registry);
        Gauge.builder(PREFIX + "since.swap", follower, f -> f.activity().secondsSinceSwap())
                .baseUnit("seconds")
                .description("How long it has served.")
                .register(registry);
        Gauge.builder(
                        PREFIX + "heartbeat.age",
                        follower,
                        f -> f.freshness().age().toMillis() / 1000.0)
                .baseUnit("seconds")
                .description("Since the learner's last heartbeat; before the first one, since the start.")
                .register(registry);
        Gauge.builder(PREFIX + "failing", follower, f -> f.failure().isPresent() ? 1 : 0)
                .description("1 while the version that serves may not be the newest.")
                .register(registry);
        FunctionCounter.builder(PREFIX + "swaps", follower, f -> f.activity().swaps())
                .description("Versions that came to serve.")
                .register(registry);
        for (Check check : Check.values()) {
            LongAdder refused = follower.activity().refused(check);
            FunctionCounter.builder(PREFIX + "refused", refused, LongAdder::sum)
                    .tag("check", check.name().toLowerCase(Locale.ROOT))
                    .description("Updates that were refused, by the check that they failed.")
                    .register(registry);
        }
        FunctionTimer.builder(
                        PREFIX + "embed",
                        follower,
                        f -> f.activity().calls(),
                        f -> f.activity().nanos(),
                        TimeUnit.NANOSECONDS)
                .description("Calls that embed, decoding and cache included.")
                .register(registry);
        FunctionCounter.builder(PREFIX + "cache.hits", follower, ModelFollower::cacheHits)
                .description("Embeddings that had been computed before.")
                .register(registry);
        FunctionCounter.builder(PREFIX + "cache.misses", follower, ModelFollower::cacheMisses)
                .description("Embeddings that had not.")
                .register(registry);
    }
}
