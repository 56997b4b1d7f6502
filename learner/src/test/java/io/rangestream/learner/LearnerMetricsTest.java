package io.rangestream.learner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rangestream.avro.LearnerState;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.batch.CropCache;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LearnerMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicReference<LearnerStatus> status = new AtomicReference<>(LearnerStatus.starting());
    private final LearnerMetrics metrics = new LearnerMetrics(status::get, registry);

    @Test
    void followTheStatus() {
        status.set(status(new LossTerms(3, Map.of())));

        assertEquals(7, counter("batches"));
        assertEquals(448, counter("crops"));
        assertEquals(2, counter("steps.skipped"));
        assertEquals(5, counter("crops.skipped"));
        assertEquals(3, gauge("backlog"));
        assertEquals(9, gauge("version"));
        assertEquals(100, counter("cache.hits"));
        assertEquals(20, counter("cache.misses"));
        assertEquals(4, counter("cache.evictions"));
        assertEquals(65_536, gauge("cache.size"));
    }

    @Test
    void everyTermOfTheLossHasItsOwnOnceItIsMet() {
        var losses = new LossTerms(3.5, Map.of("softmax", 3.0, "intra", 50.0));
        assertNull(
                registry.find("rangestream.learner.loss").tag("term", "softmax").gauge());

        metrics.stepped(TimeUnit.MILLISECONDS.toNanos(200), losses);
        metrics.stepped(TimeUnit.MILLISECONDS.toNanos(400), losses);
        status.set(status(losses));

        assertEquals(3.5, loss("total"));
        assertEquals(3, loss("softmax"));
        assertEquals(50, loss("intra"));
        assertEquals(2, registry.get("rangestream.learner.step").timer().count());
        assertEquals(0.6, registry.get("rangestream.learner.step").timer().totalTime(TimeUnit.SECONDS), 1e-9);
    }

    private double counter(String name) {
        return registry.get("rangestream.learner." + name).functionCounter().count();
    }

    private double gauge(String name) {
        return registry.get("rangestream.learner." + name).gauge().value();
    }

    private double loss(String term) {
        return registry.get("rangestream.learner.loss")
                .tag("term", term)
                .gauge()
                .value();
    }

    private static LearnerStatus status(LossTerms losses) {
        return new LearnerStatus(
                LearnerState.TRAINING,
                7,
                448,
                300,
                losses,
                60,
                9,
                "CPU",
                1,
                2,
                5,
                3,
                new CropCache.Usage(100, 20, 4, 65_536),
                11,
                12,
                13,
                "");
    }
}
