package io.rangestream.learner;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/** What a learner tells its operator of its status, {@code rangestream.learner.*}. A standby tells zeros. */
final class LearnerMetrics implements MeterBinder {
    private final LearnerLoop loop;

    LearnerMetrics(LearnerLoop loop) {
        this.loop = loop;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        counter(registry, "batches", "Batches trained on since the model began", LearnerStatus::batches);
        counter(registry, "crops", "Crops trained on since the model began", LearnerStatus::crops);
        gauge(registry, "crops.per.second", "Crops trained on per second, lately", LearnerStatus::cropsPerSecond);
        gauge(registry, "identities", "Identities in the head", LearnerStatus::identities);
        gauge(registry, "version", "Last published version, 0 before the first", LearnerStatus::version);
    }

    private void counter(MeterRegistry to, String name, String description, ToDoubleFunction<LearnerStatus> value) {
        FunctionCounter.builder("rangestream.learner." + name, loop, l -> value.applyAsDouble(l.status()))
                .description(description)
                .register(to);
    }

    private void gauge(MeterRegistry to, String name, String description, ToDoubleFunction<LearnerStatus> value) {
        Gauge.builder("rangestream.learner." + name, loop, l -> value.applyAsDouble(l.status()))
                .description(description)
                .register(to);
    }
}
