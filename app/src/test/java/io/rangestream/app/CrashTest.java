package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sampler processes are killed with SIGKILL at random moments, alone and two at a time, with a standby copy where there are
 * two. What they leave behind is compared with what a sampler made of the same faces that nobody disturbed.
 */
class CrashTest {
    private static final int FACES = 20_000;
    private static final int IDENTITIES = 500;
    private static final int SECONDS_PER_KILL = 8;
    /** What the JVM ends with after its hooks when it is asked to end. */
    private static final int SIGTERM_EXIT = 128 + 15;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void threeKillsLeaveNoTrace() throws Exception {
        killsLeaveNoTrace(3, 1);
    }

    @Test
    @Tag("scenario")
    void twentyKillsLeaveNoTrace() throws Exception {
        killsLeaveNoTrace(20, System.nanoTime());
    }

    private void killsLeaveNoTrace(int kills, long seed) throws Exception {
        Settings calm = BROKER.settings("calm%d.".formatted(kills), settings("calm"));
        Settings crashed = BROKER.settings("crashed%d.".formatted(kills), settings("crashed"));
        var random = new Random(seed);
        try (var faces = new NumberedFaces(
                        FACES, IDENTITIES, List.of(CommonConfig.from(calm), CommonConfig.from(crashed)));
                var undisturbed = WholeWay.sampler(calm);
                var output = new TopicLog(
                        CommonConfig.from(crashed),
                        CommonConfig.from(crashed).topics().batches());
                var first = new SamplerProcess(crashed, directory.resolve("first"));
                var second = new SamplerProcess(crashed, directory.resolve("second"))) {
            // Given a stream of faces, and a sampler process that works on it
            faces.sendSteadily(FACES / kills / SECONDS_PER_KILL);
            first.start();
            for (int kill = 0; kill < kills; kill++) {
                // and for the middle third of the kills another one beside it
                if (kill == (kills + 2) / 3) {
                    second.start();
                }
                // When one is killed, mostly after work was committed again, now and then while it starts and restores
                if (kill % 4 != 3) {
                    awaitMore(output, first, second);
                }
                Thread.sleep(random.nextInt(1_500));
                SamplerProcess victim = second.isStarted() && random.nextBoolean() ? second : first;
                victim.kill();
                victim.start();
                if (kill == kills * 2 / 3) {
                    awaitMore(output, first, second);
                    assertEquals(SIGTERM_EXIT, second.stop(), second::log);
                }
            }
            faces.sendRest();

            // Then the two have left the same behind
            SamplerOutcome expected = SamplerOutcome.await(calm, undisturbed::isLive);
            SamplerOutcome actual = SamplerOutcome.await(crashed, () -> !first.hasEndedByItself());
            expected.requireSound(faces);
            actual.requireSound(faces);
            actual.requireEqual(expected);
        }
    }

    private Map<String, String> settings(String name) {
        return Map.ofEntries(
                Map.entry(CommonConfig.TOPIC_PARTITIONS, "2"),
                Map.entry(SamplerConfig.BATCH_IDENTITIES, "8"),
                Map.entry(SamplerConfig.BATCH_SAMPLES, "4"),
                Map.entry(SamplerConfig.MAX_BATCHES_AHEAD, "1000000"),
                Map.entry(SamplerConfig.NUM_STANDBY_REPLICAS, "1"),
                Map.entry(SamplerConfig.STATE_DIR, directory.resolve(name).toString()),
                Map.entry("kafka.consumer.session.timeout.ms", "6000"),
                Map.entry("kafka.producer.transaction.timeout.ms", "10000"));
    }

    /** Waits until something has been committed that was not there before. */
    private static void awaitMore(TopicLog output, SamplerProcess... samplers) throws InterruptedException {
        int before = output.readToEnd().size();
        WholeWay.await("more batches come", () -> {
            for (SamplerProcess sampler : samplers) {
                assertFalse(sampler.hasEndedByItself(), sampler::log);
            }
            return output.readToEnd().size() > before;
        });
    }
}
