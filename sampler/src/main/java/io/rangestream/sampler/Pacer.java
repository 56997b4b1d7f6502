package io.rangestream.sampler;

import io.rangestream.sampler.config.Pacing;
import io.rangestream.sampler.topology.LearnerDistance;
import io.rangestream.sampler.topology.TaskBoard;
import io.rangestream.sampler.topology.TaskBoard.Event;
import io.rangestream.sampler.topology.TaskReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.streams.KafkaStreams.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the sampler within reach of the learner: pauses it (KIP-834) beyond a number of batches ahead, resumes it below
 * half of that. Nothing is skipped; the faces wait in their topic. With {@code pace=fresh} it only looks: there the tasks
 * themselves keep their batches back.
 *
 * <p>Only a RUNNING application is paused, because a paused one does not restore its stores: during a rebalance the
 * pause is lifted. Not thread-safe but for {@link #ahead()}.
 */
final class Pacer {
    private static final Logger log = LoggerFactory.getLogger(Pacer.class);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(30);
    private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);
    private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(10);

    private final Pausable application;
    private final TaskBoard board;
    private final LearnerDistance learner;
    private final boolean pauses;
    private final Duration faceRetention;
    private final InstantSource clock;
    private final BatchWaits waits;
    private volatile long ahead;
    private boolean pauseWasSaid;
    private Instant lastLine = Instant.MIN;
    private Instant lastLook = Instant.MIN;
    private Instant lastWarning = Instant.MIN;

    /** What can be paused. */
    interface Pausable {
        State state();

        boolean isPaused();

        void pause();

        void resume();
    }

    /** Asks about faces that are not read yet. */
    @FunctionalInterface
    interface Unread {
        /** Whether a partition holds a record at or after an offset that is older than a time. */
        boolean isOlder(int partition, long offset, Instant time);
    }

    /**
     * @param learner how far the learner is behind, and may be
     * @param mode whether the application is paused at all
     * @param faceRetention how long unread faces stay in their topic
     */
    Pacer(
            Pausable application,
            TaskBoard board,
            LearnerDistance learner,
            Pacing.Mode mode,
            Duration faceRetention,
            InstantSource clock) {
        this.application = application;
        this.board = board;
        this.learner = learner;
        this.pauses = mode == Pacing.Mode.LOSSLESS;
        this.faceRetention = faceRetention;
        this.clock = clock;
        this.waits = new BatchWaits(clock);
    }

    /** Compares the two and pauses or resumes, and warns of faces that are soon deleted, also while paused; to be called often. */
    void tick(Unread unread) {
        Map<String, TaskReport> reports = board.reports();
        pauseOrResume(reports);
        warnBeforeFacesExpire(reports, unread);
    }

    private void pauseOrResume(Map<String, TaskReport> reports) {
        long distance = 0;
        for (Map.Entry<String, TaskReport> task : reports.entrySet()) {
            distance += learner.of(task.getKey(), task.getValue().sequence());
        }
        ahead = distance;
        long allowed = Math.max(1, learner.allowedPerTask() * reports.size());
        boolean running = application.state() == State.RUNNING;
        if (application.isPaused()) {
            if (!running || distance <= allowed / 2) {
                application.resume();
                board.count(Event.RESUMED);
                if (pauseWasSaid) {
                    log.info("resumed: {} batches ahead of the learner", distance);
                }
            }
            return;
        }
        waits.look(reports);
        if (pauses && running && distance > allowed) {
            application.pause();
            board.count(Event.PAUSED);
            sayPaused(distance, allowed);
        }
    }

    /** Batches and erasures of the tasks here that the learner has yet to deal with. */
    long ahead() {
        return ahead;
    }

    private void warnBeforeFacesExpire(Map<String, TaskReport> reports, Unread unread) {
        Instant now = clock.instant();
        if (now.isBefore(plus(lastLook, BETWEEN_LOOKS)) || now.isBefore(plus(lastWarning, BETWEEN_WARNINGS))) {
            return;
        }
        lastLook = now;
        Duration soon = faceRetention.dividedBy(2).minus(faceRetention.dividedBy(10));
        if (soon.compareTo(Duration.between(Instant.EPOCH, now)) > 0) {
            return; // Nothing is that old.
        }
        reports.forEach((task, report) -> {
            int partition = Integer.parseInt(task.substring(task.lastIndexOf('_') + 1));
            if (unread.isOlder(partition, Math.max(0, report.nextOffset()), now.minus(soon))) {
                lastWarning = now;
                log.warn(
                        "faces partition {} has unread faces older than {}, and they are deleted after {}: start or speed up"
                                + " the learner, or raise the topic's retention",
                        partition,
                        soon,
                        faceRetention);
            }
        });
    }

    /** A learner at its limit pauses the sampler every few seconds; one pair of lines in a while is enough. */
    private void sayPaused(long distance, long allowed) {
        Instant now = clock.instant();
        pauseWasSaid = !now.isBefore(plus(lastLine, BETWEEN_LINES));
        if (pauseWasSaid) {
            lastLine = now;
            log.info(
                    "paused: {} batches ahead of the learner, {} allowed here; faces wait in their topic",
                    distance,
                    allowed);
        }
    }

    private static Instant plus(Instant instant, Duration duration) {
        return instant.equals(Instant.MIN) ? instant : instant.plus(duration);
    }
}
