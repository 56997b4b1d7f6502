package io.rangestream.app.command;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.rangestream.app.ShutdownSignal;
import io.rangestream.app.health.HealthConfig;
import io.rangestream.app.health.HealthServer;
import io.rangestream.app.health.Metrics;
import io.rangestream.app.health.Page;
import io.rangestream.schemas.config.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The time that a role runs: its health and metrics are served until the process is told to end, or the role ends by
 * itself.
 *
 * @param live whether it works or may yet
 * @param ready whether it works
 * @param meters adds its metrics
 * @param pages further pages of its own, by path
 */
record RoleRun(BooleanSupplier live, BooleanSupplier ready, MeterBinder meters, Map<String, Page> pages) {
    private static final Duration LOOK = Duration.ofMillis(200);

    /** Returns when the signal has come or the role is no longer live. */
    void await(ShutdownSignal signal, Settings settings) throws InterruptedException {
        try (var metrics = new Metrics(meters)) {
            Optional<HealthServer> health = HealthServer.start(HealthConfig.from(settings), allPages(metrics));
            try {
                while (!signal.await(LOOK) && live.getAsBoolean()) {
                    continue;
                }
            } finally {
                health.ifPresent(HealthServer::close);
            }
        }
    }

    private Map<String, Page> allPages(Metrics metrics) {
        var all = new HashMap<>(pages);
        all.put("/livez", Page.check(live));
        all.put("/readyz", Page.check(ready));
        all.put("/metrics", metrics);
        return all;
    }
}
