package io.rangestream.learner;

import io.rangestream.avro.LearnerState;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.batch.CropCache;

/**
 * What the learner is at, at one moment.
 *
 * @param state what it is doing
 * @param batches batches trained on since the model began
 * @param crops crops trained on since the model began
 * @param cropsPerSecond rate over the last seconds
 * @param losses mean losses since the last version
 * @param identities identities in the head
 * @param version last published version, 0 before the first
 * @param backend what computes; empty until it is known
 * @param lastStepNanos {@link System#nanoTime} at the end of the last step
 * @param skippedSteps steps dropped for a non-finite loss or gradient since the model began
 * @param skippedCrops crops left out because they could not be decoded since the model began
 * @param backlog batches taken from the topic and not trained on yet
 * @param cache use of the decoded crops since training began here
 * @param foreignRecords records of the batches topic passed over since the model began, as no sampler task wrote them in its sequence
 * @param lostRecords missing batches and erasures that an operator had training go on without since the model began
 * @param foreignHoldoutRecords records of the holdout topic passed over since training began here
 * @param waitsFor what training waits for besides batches, in one line; empty if it does not
 */
public record LearnerStatus(
        LearnerState state,
        long batches,
        long crops,
        double cropsPerSecond,
        LossTerms losses,
        int identities,
        long version,
        String backend,
        long lastStepNanos,
        long skippedSteps,
        long skippedCrops,
        int backlog,
        CropCache.Usage cache,
        long foreignRecords,
        long lostRecords,
        long foreignHoldoutRecords,
        String waitsFor) {
    LearnerStatus waitingFor(String why) {
        return new LearnerStatus(
                state,
                batches,
                crops,
                cropsPerSecond,
                losses,
                identities,
                version,
                backend,
                lastStepNanos,
                skippedSteps,
                skippedCrops,
                backlog,
                cache,
                foreignRecords,
                lostRecords,
                foreignHoldoutRecords,
                why);
    }

    static LearnerStatus starting() {
        return new LearnerStatus(
                LearnerState.STARTING,
                0,
                0,
                0,
                LossTerms.of(0),
                0,
                0,
                "",
                0,
                0,
                0,
                0,
                new CropCache.Usage(0, 0, 0, 0),
                0,
                0,
                0,
                "");
    }
}
