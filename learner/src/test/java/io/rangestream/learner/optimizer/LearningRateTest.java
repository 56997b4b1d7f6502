package io.rangestream.learner.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LearningRateTest {

    private static final LearningRateSchedule.Plateau PLATEAU = new LearningRateSchedule.Plateau(0.5, 2, 0.01, 0.2);

    @Test
    void aConstantRateRisesOverTheWarmUpAndStays() {
        var rate = new LearningRate(0.4, 4, new LearningRateSchedule.Constant());

        assertEquals(0.1, rate.at(0), 1e-15);
        assertEquals(0.3, rate.at(2), 1e-15);
        assertEquals(0.4, rate.at(3), 1e-15);
        assertEquals(0.4, rate.at(1_000_000_000L), 1e-15);
    }

    @Test
    void cosineFallsToTheFloorAndStartsAnewAfterThePeriod() {
        var rate = new LearningRate(1, 10, new LearningRateSchedule.CosineRestarts(8, 1, 0.1));

        assertEquals(0.5, rate.at(4), 1e-12, "warm-up");
        assertEquals(1, rate.at(10), 1e-12);
        assertEquals(0.1 + 0.9 * (1 + Math.sqrt(0.5)) / 2, rate.at(12), 1e-12, "a quarter down");
        assertEquals(0.55, rate.at(14), 1e-12, "half-way down");
        assertEquals(0.1 + 0.9 * (1 - Math.cos(Math.PI / 8)) / 2, rate.at(17), 1e-12, "the last of the cycle");
        assertEquals(1, rate.at(18), 1e-12, "again");
        assertEquals(rate.at(13), rate.at(13 + 8 * 1000L), 1e-12);
    }

    @Test
    void cosineCyclesGrowByTheirFactor() {
        var rate = new LearningRate(1, 0, new LearningRateSchedule.CosineRestarts(4, 3, 0));

        assertEquals(0.5, rate.at(2), 1e-12);
        assertEquals(1, rate.at(4), 1e-12, "second cycle: steps 4 to 15");
        assertEquals(0.5, rate.at(10), 1e-12);
        assertEquals(1, rate.at(16), 1e-12, "third cycle: steps 16 to 51");
        assertEquals(0.5, rate.at(34), 1e-12);
    }

    @Test
    void plateauHalvesTheRateAfterTwoVersionsWithoutImprovement() {
        var rate = new LearningRate(1, 0, PLATEAU);

        judge(rate, 0.80, 0.85);
        judge(rate, 0.859); // Up, but not by the threshold.
        assertEquals(1, rate.at(5), 1e-15);
        judge(rate, 0.84);
        assertEquals(0.5, rate.at(5), 1e-15);
        judge(rate, 0.87, 0.87);
        assertEquals(0.5, rate.at(5), 1e-15, "an improvement starts the count anew");
        judge(rate, 0.87);
        assertEquals(0.25, rate.at(5), 1e-15);
        judge(rate, 0.5, 0.5, 0.5, 0.5);
        assertEquals(0.2, rate.at(5), 1e-15, "not below the floor");
    }

    @Test
    void aVersionThatWasNotJudgedCountsForNothing() {
        var rate = new LearningRate(1, 0, PLATEAU);

        judge(rate, 0.8, 0.8, Double.NaN, Double.NaN);
        assertEquals(1, rate.at(0), 1e-15);
        judge(rate, 0.8);
        assertEquals(0.5, rate.at(0), 1e-15);
    }

    @Test
    void theOtherSchedulesDoNotLookAtTheHoldout() {
        var rate = new LearningRate(1, 0, new LearningRateSchedule.Constant());

        judge(rate, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1);

        assertEquals(1, rate.at(0));
    }

    @Test
    void plateauGoesOnFromWhereItWasSaved() throws IOException {
        var rate = new LearningRate(1, 0, PLATEAU);
        judge(rate, 0.8, 0.8, 0.8, 0.7);
        var restored = new LearningRate(1, 0, PLATEAU);

        restored.load(saved(rate));

        assertEquals(0.5, restored.at(0));
        judge(restored, 0.809);
        assertEquals(0.25, restored.at(0), "one more without improvement, and the best was 0.8");
    }

    @Test
    void anotherScheduleDoesNotInheritTheDecay() throws IOException {
        var rate = new LearningRate(1, 0, PLATEAU);
        judge(rate, 0.8, 0.8, 0.8);
        var constant = new LearningRate(1, 0, new LearningRateSchedule.Constant());

        constant.load(saved(rate));

        assertEquals(1, constant.at(0));
    }

    @Test
    void schedulesThatDoNotFitAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new LearningRateSchedule.CosineRestarts(0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new LearningRateSchedule.CosineRestarts(5, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new LearningRateSchedule.Plateau(1, 1, 0, 0.1));
        assertThrows(IllegalArgumentException.class, () -> new LearningRateSchedule.Plateau(0.5, 1, 0, 0));
    }

    private static void judge(LearningRate rate, double... aucs) {
        for (double auc : aucs) {
            rate.judged(auc);
        }
    }

    private static DataInputStream saved(LearningRate rate) throws IOException {
        var bytes = new ByteArrayOutputStream();
        rate.save(new DataOutputStream(bytes));
        return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    }
}
