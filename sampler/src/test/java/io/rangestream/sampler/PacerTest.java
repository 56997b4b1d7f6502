package io.rangestream.sampler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.sampler.config.Pacing;
import io.rangestream.sampler.topology.LearnerDistance;
import io.rangestream.sampler.topology.TaskBoard;
import io.rangestream.sampler.topology.TaskBoard.Event;
import io.rangestream.sampler.topology.TaskBoards;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.KafkaStreams.State;
import org.junit.jupiter.api.Test;

class PacerTest {
    private static final Duration RETENTION = Duration.ofDays(7);

    private final TaskBoard board = new TaskBoard();
    private final Application application = new Application();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final List<String> asked = new ArrayList<>();
    private final LearnerDistance learner = new LearnerDistance(25);
    private Pacer pacer = new Pacer(application, board, learner, Pacing.Mode.LOSSLESS, RETENTION, new Clock());

    @Test
    void pausesBeyondTheDistanceAndResumesBelowHalfOfIt() {
        // Given the process has two of four partitions, so half of the hundred batches
        at(0, 30);
        at(1, 20);
        tick();
        assertFalse(application.paused, "50 are allowed");
        at(1, 21);
        tick();
        assertTrue(application.paused);
        assertEquals(51, pacer.ahead());

        learner.learnerReports(Map.of("0_0", 20L, "0_1", 5L));
        tick();
        assertTrue(application.paused, "26 is more than half");
        learner.learnerReports(Map.of("0_0", 20L, "0_1", 6L));
        tick();
        assertFalse(application.paused);
    }

    @Test
    void everyPauseIsCounted() {
        at(0, 30);
        tick();
        tick();
        learner.learnerReports(Map.of("0_0", 30L));
        tick();
        assertEquals(1, board.counted(Event.PAUSED));
        assertEquals(1, board.counted(Event.RESUMED));
    }

    @Test
    void freshIsNeverPaused() {
        pacer = new Pacer(application, board, learner, Pacing.Mode.FRESH, RETENTION, new Clock());
        at(0, 1000);
        tick();
        assertFalse(application.paused);
        assertEquals(1000, pacer.ahead());
    }

    @Test
    void aLearnerThatNeverReportedIsAtZero() {
        at(0, 26);
        tick();
        assertTrue(application.paused);
    }

    @Test
    void aLearnerAheadOfATaskThatBeganAnewDoesNotMakeUpForAnother() {
        learner.learnerReports(Map.of("0_0", 1000L));
        at(0, 5);
        at(1, 51);
        tick();
        assertEquals(51, pacer.ahead());
        assertTrue(application.paused);
    }

    @Test
    void onlyARunningApplicationIsPausedAndARebalanceLiftsThePause() {
        at(0, 1000);
        application.state = State.REBALANCING;
        tick();
        assertFalse(application.paused);
        application.state = State.RUNNING;
        tick();
        assertTrue(application.paused);
        application.state = State.REBALANCING;
        tick();
        assertFalse(application.paused, "a paused application would not restore");
    }

    @Test
    void unreadFacesAreLookedAtBeforeHalfOfTheirRetentionIsOver() {
        at(0, 1000);
        now = now.plus(Duration.ofDays(3));
        tick();
        tick();
        assertEquals(List.of("0 from 8 before 2026-01-01T04:48:00Z"), asked, "and warned of once in a while");
    }

    @Test
    void unreadFacesAreLookedAtWhilePaused() {
        now = Instant.EPOCH.plus(Duration.ofDays(1));
        at(0, 1000);
        tick();
        assertTrue(application.paused);
        assertEquals(List.of(), asked, "nothing is that old");

        now = now.plus(Duration.ofDays(3));
        tick();
        assertTrue(application.paused);
        assertEquals(List.of("0 from 8 before 1970-01-02T04:48:00Z"), asked);
    }

    @Test
    void aSamplerThatNeverReadARecordIsWarnedOfTheFirst() {
        TaskBoards.report(board, "0_3", 1000, -1);
        tick();
        assertEquals(List.of("3 from 0 before 2025-12-29T04:48:00Z"), asked);
    }

    @Test
    void facesThatStayForEverAreNotLookedAt() {
        pacer = new Pacer(
                application, board, learner, Pacing.Mode.LOSSLESS, Duration.ofMillis(Long.MAX_VALUE), new Clock());
        at(0, 1000);
        tick();
        assertEquals(List.of(), asked);
    }

    private void at(int partition, long sequence) {
        TaskBoards.report(board, "0_" + partition, sequence, 8);
    }

    private void tick() {
        pacer.tick((partition, offset, time) -> asked.add("%d from %d before %s".formatted(partition, offset, time)));
    }

    private final class Clock implements InstantSource {
        @Override
        public Instant instant() {
            return now;
        }
    }

    private static final class Application implements Pacer.Pausable {
        private State state = State.RUNNING;
        private boolean paused;

        @Override
        public State state() {
            return state;
        }

        @Override
        public boolean isPaused() {
            return paused;
        }

        @Override
        public void pause() {
            paused = true;
        }

        @Override
        public void resume() {
            paused = false;
        }
    }
}
