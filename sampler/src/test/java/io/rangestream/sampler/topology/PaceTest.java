package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.TrainingBatch;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.topology.TaskBoard.Event;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a task does when the learner is far behind, or has nothing to do. Batches are of 3 x 2 crops. */
class PaceTest {
    private static final String TASK = "0_0";

    @Test
    void freshTakesFacesInKeepsBatchesBackAndForfeitsCreditBeyondTheBound() {
        try (var sampler = new SamplerHarness(Faces.config("pace", "fresh", "max.batches.ahead", 2))) {
            // Given a learner that never reports
            faces(sampler, 60);

            // Then two batches left, credit for two more is saved, and of 60 crops the other 36 are forfeited
            assertEquals(2, sampler.batches().size());
            assertEquals(12, sampler.board.reports().get(TASK).credit());
            assertEquals(36, sampler.board.counted(Event.CROP_FORFEITED));
            assertEquals(60, sampler.board.counted(Event.ACCEPTED));
            assertTrue(sampler.board.counted(Event.HELD_BACK) > 0);

            // When it has caught up, then the saved credit is spent although no face comes
            sampler.learner.learnerReports(Map.of(TASK, 2L));
            sampler.pass(TaskPace.LOOK);
            assertEquals(4, sampler.batches().size());
            assertEquals(0, sampler.board.reports().get(TASK).credit());
            assertGapless(sampler.batches());
        }
    }

    @Test
    void freshLosesNothingWhileTheLearnerKeepsUp() {
        try (var sampler = new SamplerHarness(Faces.config("pace", "fresh", "max.batches.ahead", 2))) {
            for (int face = 0; face < 60; face++) {
                sampler.add("p" + face % 6, "" + face);
                sampler.learner.learnerReports(
                        Map.of(TASK, (long) sampler.batches().size()));
            }
            assertEquals(10, sampler.batches().size());
            assertEquals(0, sampler.board.counted(Event.CROP_FORFEITED));
        }
    }

    @Test
    void losslessIsAFunctionOfWhatArrivedHoweverFarTheLearnerIs() {
        try (var sampler = new SamplerHarness(Faces.config("max.batches.ahead", 1))) {
            faces(sampler, 60);
            sampler.pass(Duration.ofMinutes(1));
            assertEquals(10, sampler.batches().size());
        }
    }

    @Test
    void anIdleStreamIsReplayedAsFarAsTheFacesEarnedIt() {
        SamplerConfig config = Faces.config("idle.replay", 0.5, "max.batches.ahead", 1000);
        try (var sampler = new SamplerHarness(config)) {
            // Given 24 faces in the buffers, so 4 batches and idle credit for 2 more
            faces(sampler, 24);
            assertEquals(4, sampler.batches().size());

            // When less than a whole interval is idle, then nothing is drawn
            sampler.pass(TaskPace.LOOK);
            assertEquals(4, sampler.batches().size());

            // When it stays idle, then the two leave, once
            sampler.pass(TaskPace.LOOK);
            sampler.pass(Duration.ofMinutes(1));
            assertEquals(6, sampler.batches().size());
            assertEquals(2, sampler.board.counted(Event.IDLE_BATCH));
            assertGapless(sampler.batches());
            assertEquals(6, sampler.board.reports().get(TASK).sequence());
        }
    }

    @Test
    void idleReplayWaitsForALearnerThatHasEnoughToDo() {
        try (var sampler = new SamplerHarness(Faces.config("idle.replay", 10, "max.batches.ahead", 60))) {
            faces(sampler, 24);
            assertEquals(4, sampler.batches().size());
            sampler.pass(Duration.ofSeconds(30));
            assertEquals(6, sampler.batches().size(), "a tenth of what may be ahead");
            sampler.learner.learnerReports(Map.of(TASK, 5L));
            sampler.pass(TaskPace.LOOK);
            assertEquals(11, sampler.batches().size());
        }
    }

    @Test
    void idleCreditSurvivesARestartAndIsNotEarnedTwice() {
        SamplerConfig config = Faces.config("idle.replay", 0.5, "max.batches.ahead", 1000);
        var first = new SamplerHarness(config);
        faces(first, 24);
        try (var second = first.reopen()) {
            second.pass(Duration.ofSeconds(5));
            assertEquals(List.of(5L, 6L), sequences(second.batches()));
        }
    }

    @Test
    void idleCreditIsBoundedByTheFacesInTheBuffers() {
        SamplerConfig config = Faces.config("idle.replay", 1, "buffer.capacity", 2, "max.batches.ahead", 10_000);
        try (var sampler = new SamplerHarness(config)) {
            // Given 6 people with 2 faces kept of 100 each: 12 crops, 2 batches
            faces(sampler, 600);
            int earned = sampler.batches().size();
            sampler.learner.learnerReports(Map.of(TASK, (long) earned));
            sampler.pass(Duration.ofMinutes(1));
            assertEquals(earned + 2, sampler.batches().size());
        }
    }

    private static void faces(SamplerHarness sampler, int count) {
        for (int face = 0; face < count; face++) {
            sampler.add("p" + face % 6, "" + face);
        }
    }

    private static void assertGapless(List<TrainingBatch> batches) {
        assertEquals(LongStream.rangeClosed(1, batches.size()).boxed().toList(), sequences(batches));
    }

    private static List<Long> sequences(List<TrainingBatch> batches) {
        return batches.stream().map(TrainingBatch::getSequence).toList();
    }
}
