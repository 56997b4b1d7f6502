package io.rangestream.app.command;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.rangestream.app.ShutdownSignal;
import io.rangestream.app.health.HealthConfig;
import io.rangestream.app.health.HealthServer;
import io.rangestream.app.health.Metrics;
import io.rangestream.app.health.Page;
import io.rangestream.schemas.broker.BrokerConnection;
import io.rangestream.schemas.broker.BrokerWatch;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The time that a role runs: its health is served from before it has reached Kafka until the process is told to end, or the role ends by
 * itself.
 */
final class RoleRun implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(200);

    private final ShutdownSignal signal;
    private final CommonConfig common;
    private final BrokerConnection broker;
    private final Optional<HealthServer> health;
    private volatile BooleanSupplier live = () -> true;
    private volatile Supplier<Optional<String>> objection;
    private volatile Supplier<List<String>> remarks = List::of;

    private RoleRun(Settings settings, ShutdownSignal signal) {
        this.signal = signal;
        this.common = CommonConfig.from(settings);
        this.broker = BrokerConnection.ofRole(common, signal::isRequested);
        this.objection = () -> Optional.of(broker.outage().orElse("starting"));
        this.health = HealthServer.start(
                HealthConfig.from(settings),
                Map.of(
                        "/livez", Page.check(() -> live.getAsBoolean()),
                        "/readyz", Page.objecting(() -> objection.get(), () -> remarks.get())));
    }

    /**
     * Serves health, so that a port that is taken is told before anything else begins.
     *
     * @throws io.rangestream.schemas.config.ConfigurationException if a setting does not fit or the port cannot be used
     */
    static RoleRun begin(Settings settings, ShutdownSignal signal) {
        return new RoleRun(settings, signal);
    }

    /** What the role knows of Kafka. */
    CommonConfig common() {
        return common;
    }

    /** Waits for Kafka until the signal comes. */
    BrokerConnection broker() {
        return broker;
    }

    /**
     * Returns when the signal has come or the role is no longer live.
     *
     * @param isLive whether the role works or may yet
     * @param isReady whether it works
     * @param toRemark what an operator should know at this moment, a line each
     * @param meters adds its metrics
     * @param pages further pages of its own, by path
     */
    void await(
            BooleanSupplier isLive,
            BooleanSupplier isReady,
            Supplier<List<String>> toRemark,
            MeterBinder meters,
            Map<String, Page> pages)
            throws InterruptedException {
        try (var metrics = new Metrics(meters);
                var watch = BrokerWatch.start(common)) {
            live = isLive;
            remarks = toRemark;
            objection = () -> watch.outage().or(() -> isReady.getAsBoolean() ? Optional.empty() : Optional.of("no"));
            health.ifPresent(server -> {
                server.serve("/metrics", metrics);
                pages.forEach(server::serve);
            });
            while (!signal.await(LOOK) && isLive.getAsBoolean()) {
                continue;
            }
            health.ifPresent(HealthServer::close);
        }
    }

    @Override
    public void close() {
        health.ifPresent(HealthServer::close);
    }
}
