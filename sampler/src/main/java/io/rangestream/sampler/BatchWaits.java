package io.rangestream.sampler;

import io.rangestream.sampler.topology.TaskReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of each task that has faces and lets no batch leave for a while what it waits for: people, again and again at growing intervals, or
 * new faces, once. Not thread-safe.
 */
final class BatchWaits {
    private static final Logger log = LoggerFactory.getLogger(BatchWaits.class);
    private static final Duration FIRST_SILENCE = Duration.ofMinutes(1);
    private static final Duration LONGEST_SILENCE = Duration.ofHours(6);
    private static final int GROWTH = 6;

    private final InstantSource clock;
    private final Map<String, Wait> waits = new HashMap<>();

    /** A task that stands at a sequence since a time, and when it is told next. */
    private record Wait(long sequence, boolean lacksPeople, Instant since, Duration silence, Instant nextLine) {
        Wait told(Instant now) {
            Duration longer = silence.multipliedBy(GROWTH);
            Duration next = longer.compareTo(LONGEST_SILENCE) < 0 ? longer : LONGEST_SILENCE;
            return new Wait(sequence, lacksPeople, since, next, lacksPeople ? now.plus(next) : Instant.MAX);
        }
    }

    BatchWaits(InstantSource clock) {
        this.clock = clock;
    }

    /** To be called often. */
    void look(Map<String, TaskReport> reports) {
        waits.keySet().retainAll(reports.keySet());
        reports.forEach((task, report) -> {
            if (report.kept() == 0 || !report.lacksPeople() && !report.lacksCredit()) {
                waits.remove(task);
                return;
            }
            Instant now = clock.instant();
            Wait wait = waits.get(task);
            if (wait == null || wait.sequence() != report.sequence() || wait.lacksPeople() != report.lacksPeople()) {
                waits.put(
                        task,
                        new Wait(report.sequence(), report.lacksPeople(), now, FIRST_SILENCE, now.plus(FIRST_SILENCE)));
            } else if (!now.isBefore(wait.nextLine())) {
                say(task, report, wait.since());
                waits.put(task, wait.told(now));
            }
        });
    }

    private static void say(String task, TaskReport report, Instant since) {
        Instant began = since.truncatedTo(ChronoUnit.SECONDS);
        if (report.lacksPeople()) {
            log.warn(
                    "task {} lets no batch leave since {}: of its {} identities {} have enough faces, {} are needed"
                            + " (start.identities, batch.identities)",
                    task,
                    began,
                    report.identities(),
                    report.drawable(),
                    report.needed());
        } else {
            log.info(
                    "task {} waits for new faces since {}: it has earned {} of {} crops for the next batch (replay.ratio)",
                    task,
                    began,
                    String.format(Locale.ROOT, "%.1f", report.credit()),
                    String.format(Locale.ROOT, "%.0f", report.perBatch()));
        }
    }
}
