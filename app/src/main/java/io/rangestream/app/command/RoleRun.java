package io.rangestream.app.command;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.app.health.HealthConfig;
import io.rangestream.app.health.HealthServer;
import io.rangestream.schemas.config.Settings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The time that a role runs: its health is served until the process is told to end, or the role ends by itself. */
final class RoleRun {
    private static final Duration LOOK = Duration.ofMillis(200);

    private RoleRun() {}

    /** Returns when the signal has come or the role is no longer live. */
    static void await(ShutdownSignal signal, Settings settings, BooleanSupplier live, BooleanSupplier ready)
            throws InterruptedException {
        Optional<HealthServer> health = HealthServer.start(HealthConfig.from(settings), live, ready);
        try {
            while (!signal.await(LOOK) && live.getAsBoolean()) {
                continue;
            }
        } finally {
            health.ifPresent(HealthServer::close);
        }
    }
}
