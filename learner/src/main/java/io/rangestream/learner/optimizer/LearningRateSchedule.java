package io.rangestream.learner.optimizer;

/** How the learning rate goes on after the warm-up, in a training that has no last step to decay towards. */
public sealed interface LearningRateSchedule {

    /** The same rate for ever; averaged weights give what decay would. */
    record Constant() implements LearningRateSchedule {}

    /**
     * Cosine annealing with warm restarts (Loshchilov &amp; Hutter, 2017, eq. 5): from the full rate down to a floor, and anew.
     *
     * @param period steps of the first cycle
     * @param growth factor from one cycle's length to the next, at least 1
     * @param floor lowest rate as a share of the full one, in {@code [0, 1)}
     */
    record CosineRestarts(int period, int growth, double floor) implements LearningRateSchedule {
        public CosineRestarts {
            require(period >= 1, "learning.rate.cosine.period must be at least 1", period);
            require(growth >= 1, "learning.rate.cosine.growth must be at least 1", growth);
            require(floor >= 0 && floor < 1, "learning.rate.floor of cosine-restarts must be in [0, 1)", floor);
        }
    }

    /**
     * Decay whenever the holdout AUC of the versions stops improving; never back up.
     *
     * @param factor what the rate is multiplied by, in {@code (0, 1)}
     * @param patience versions in a row without improvement before that
     * @param threshold rise over the best AUC so far that counts as improvement
     * @param floor lowest rate as a share of the full one, in {@code (0, 1)}: below it a stream would no longer be followed
     */
    record Plateau(double factor, int patience, double threshold, double floor) implements LearningRateSchedule {
        public Plateau {
            require(factor > 0 && factor < 1, "learning.rate.plateau.factor must be in (0, 1)", factor);
            require(patience >= 1, "learning.rate.plateau.patience must be at least 1", patience);
            require(
                    threshold >= 0 && Double.isFinite(threshold),
                    "learning.rate.plateau.threshold must not be negative",
                    threshold);
            require(floor > 0 && floor < 1, "learning.rate.floor of plateau must be in (0, 1)", floor);
        }
    }

    private static void require(boolean holds, String rule, double value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ": " + value);
        }
    }
}
