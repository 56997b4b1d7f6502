package io.rangestream.learner;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rangestream.learner.backbone.LossTerms;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What a learner tells its operator of its status, {@code rangestream.learner.*}. A standby tells zeros. */
final class LearnerMetrics {
    private static final String PREFIX = "rangestream.learner.";
    private static final String LOSS_HELP =
            "Mean loss since the last version, by term before its weight; total is what is minimised";

    private final Supplier<LearnerStatus> status;
    private final MeterRegistry registry;
    private final Timer steps;
    private final Set<String> terms = new HashSet<>();

    /** @param status asked whenever the metrics are read, by any thread */
    LearnerMetrics(Supplier<LearnerStatus> status, MeterRegistry registry) {
        this.status = status;
        this.registry = registry;
        counter("batches", "Batches trained on since the model began", LearnerStatus::batches);
        counter("crops", "Crops trained on since the model began", LearnerStatus::crops);
        counter("steps.skipped", "Steps dropped for a non-finite loss or gradient", LearnerStatus::skippedSteps);
        counter("crops.skipped", "Crops left out as undecodable", LearnerStatus::skippedCrops);
        counter("records.foreign", "Records of batches passed over as foreign", LearnerStatus::foreignRecords);
        counter("records.lost", "Missing batches that training went on without by order", LearnerStatus::lostRecords);
        counter(
                "holdout.records.foreign",
                "Records of faces-holdout passed over as foreign",
                LearnerStatus::foreignHoldoutRecords);
        gauge(
                "waiting",
                "1 while training waits for something but batches; the log says what",
                s -> s.waitsFor().isEmpty() ? 0 : 1);
        gauge("crops.per.second", "Crops trained on per second, lately", LearnerStatus::cropsPerSecond);
        gauge("identities", "Identities in the head", LearnerStatus::identities);
        gauge("version", "Last published version, 0 before the first", LearnerStatus::version);
        gauge("backlog", "Batches taken from the topic and not trained on yet", LearnerStatus::backlog);
        counter("cache.hits", "Crops found decoded", s -> s.cache().hits());
        counter("cache.misses", "Crops that had to be decoded", s -> s.cache().misses());
        counter("cache.evictions", "Decoded crops that left for others", s -> s.cache()
                .evictions());
        Gauge.builder(PREFIX + "cache.size", status, s -> s.get().cache().bytes())
                .description("What the decoded crops take")
                .baseUnit("bytes")
                .register(registry);
        this.steps = Timer.builder(PREFIX + "step")
                .description("Time of a step, from its batch being due to its weights being updated")
                .register(registry);
        loss("total", s -> s.losses().total());
    }

    /** Notes a step, and gives each term of the loss a metric when it is first met. Of the training thread. */
    void stepped(long nanos, LossTerms losses) {
        steps.record(nanos, TimeUnit.NANOSECONDS);
        for (String term : losses.terms().keySet()) {
            if (terms.add(term)) {
                loss(term, s -> s.losses().term(term));
            }
        }
    }

    private void loss(String term, ToDoubleFunction<LearnerStatus> value) {
        Gauge.builder(PREFIX + "loss", status, s -> value.applyAsDouble(s.get()))
                .tag("term", term)
                .description(LOSS_HELP)
                .register(registry);
    }

    private void counter(String name, String description, ToDoubleFunction<LearnerStatus> value) {
        FunctionCounter.builder(PREFIX + name, status, s -> value.applyAsDouble(s.get()))
                .description(description)
                .register(registry);
    }

    private void gauge(String name, String description, ToDoubleFunction<LearnerStatus> value) {
        Gauge.builder(PREFIX + name, status, s -> value.applyAsDouble(s.get()))
                .description(description)
                .register(registry);
    }
}
