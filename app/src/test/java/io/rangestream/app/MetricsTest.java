package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.health.Metrics;
import io.rangestream.learner.Learner;
import io.rangestream.sampler.Sampler;
import io.rangestream.schemas.config.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What /metrics of running roles holds. */
class MetricsTest {
    private static final int FACES = 300;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void aRunningSamplerAndLearnerTellWhatTheyDoAndWhatKafkaDoes() throws InterruptedException {
        Settings settings = BROKER.settings("metrics.", WholeWay.small(directory));
        try (Sampler sampler = WholeWay.sampler(settings);
                Metrics ofSampler = new Metrics(sampler);
                Learner learner = WholeWay.learner(settings);
                Metrics ofLearner = new Metrics(learner)) {
            WholeWay.ingest(settings, 40, FACES);
            WholeWay.await("the learner has trained", () -> learner.status().batches() > 0);
            WholeWay.await(
                    "every face is dealt with",
                    () -> value(ofSampler, "rangestream_sampler_events_total{event=\"accepted\"}")
                                    + value(ofSampler, "rangestream_sampler_events_total{event=\"held_out\"}")
                            == FACES);

            assertEquals(1, value(ofSampler, "rangestream_sampler_tasks"));
            assertEquals(sampler.status().kept(), value(ofSampler, "rangestream_sampler_kept"));
            assertEquals(0, value(ofSampler, "rangestream_sampler_paused"));
            assertTrue(value(ofLearner, "rangestream_learner_batches_total") > 0);
            assertTrue(value(ofLearner, "rangestream_learner_identities") > 0);
            assertTrue(text(ofSampler).contains("\nkafka_stream_"), names(ofSampler));
            assertTrue(text(ofLearner).contains("\nkafka_consumer_fetch_manager_"), names(ofLearner));
        }
    }

    private static double value(Metrics metrics, String name) {
        return text(metrics)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String names(Metrics metrics) {
        var names = new TreeSet<String>();
        text(metrics).lines().filter(line -> !line.startsWith("#")).forEach(line -> names.add(line.split("[{ ]")[0]));
        return names.toString();
    }

    private static String text(Metrics metrics) {
        return new String(metrics.get("").body(), StandardCharsets.UTF_8);
    }
}
