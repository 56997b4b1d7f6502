package io.rangestream.learner.optimizer;

import io.rangestream.learner.optimizer.LearningRateSchedule.CosineRestarts;
import io.rangestream.learner.optimizer.LearningRateSchedule.Plateau;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The rate of every step: a linear warm-up, then the schedule. Remembers how the versions did, which plateau decay goes by; the other
 * schedules are functions of the step alone. Not thread-safe.
 */
public final class LearningRate {

    private final double full;
    private final int warmupSteps;
    private final LearningRateSchedule schedule;

    private double best = Double.NEGATIVE_INFINITY;
    private int sinceBest;
    private double decay = 1;

    /**
     * @param full rate after the warm-up, before any decay
     * @param warmupSteps steps over which the rate grows linearly from {@code full / warmupSteps}
     */
    public LearningRate(double full, int warmupSteps, LearningRateSchedule schedule) {
        this.full = full;
        this.warmupSteps = warmupSteps;
        this.schedule = schedule;
    }

    /**
     * The rate of a step.
     *
     * @param step index of the step, from 0
     */
    public double at(long step) {
        if (step < warmupSteps) {
            return full * (step + 1.0) / warmupSteps;
        }
        if (schedule instanceof CosineRestarts cosine) {
            return full * annealed(cosine, step - warmupSteps);
        }
        return full * decay;
    }

    /**
     * Takes note of a version's AUC on the holdout, NaN if it has none.
     *
     * <p>The holdout grows with the stream, so successive figures are on different pairs; the threshold has to exceed what that moves.
     */
    public void judged(double auc) {
        if (!(schedule instanceof Plateau plateau) || !Double.isFinite(auc)) {
            return;
        }
        if (auc > best + plateau.threshold()) {
            best = auc;
            sinceBest = 0;
        } else if (++sinceBest == plateau.patience()) {
            sinceBest = 0;
            decay = Math.max(plateau.floor(), decay * plateau.factor());
        }
    }

    /** Writes what is remembered. */
    public void save(DataOutput out) throws IOException {
        out.writeDouble(best);
        out.writeInt(sinceBest);
        out.writeDouble(decay);
    }

    /** Reads what {@link #save} wrote; another schedule than {@link Plateau} begins afresh. */
    public void load(DataInput in) throws IOException {
        best = in.readDouble();
        sinceBest = in.readInt();
        decay = in.readDouble();
        if (!(schedule instanceof Plateau)) {
            best = Double.NEGATIVE_INFINITY;
            sinceBest = 0;
            decay = 1;
        }
    }

    private static double annealed(CosineRestarts cosine, long step) {
        double period = cosine.period();
        double at = step;
        if (cosine.growth() == 1) {
            at = step % cosine.period();
        } else {
            while (at >= period) {
                at -= period;
                period *= cosine.growth();
            }
        }
        return cosine.floor() + (1 - cosine.floor()) * (1 + Math.cos(Math.PI * at / period)) / 2;
    }
}
