package io.rangestream.learner.loss;

import io.rangestream.learner.loss.RangeLossSettings.Reduction;
import io.rangestream.learner.loss.TripletLossSettings.Mining;
import java.util.List;
import java.util.function.DoubleFunction;

/** Every loss in every form, with margins that are at work on embeddings of norm around 2. */
final class EmbeddingLosses {
    private EmbeddingLosses() {}

    /**
     * A loss to be tested.
     *
     * @param create makes one whose margins suit embeddings scaled by a factor
     * @param degree power of the factor with which it then grows
     * @param translates whether moving all embeddings alike changes nothing
     */
    record Form(String name, DoubleFunction<EmbeddingLoss> create, int degree, boolean translates) {
        EmbeddingLoss loss() {
            return create.apply(1);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Form> all() {
        return List.of(
                new Form("range", s -> range(2, s * s, Reduction.MEAN, Distance.SQUARED, false), 2, true),
                new Form("range, sum, k 3", s -> range(3, s * s, Reduction.SUM, Distance.SQUARED, false), 2, true),
                new Form("range, euclidean", s -> range(2, s, Reduction.MEAN, Distance.EUCLIDEAN, false), 1, true),
                new Form("range, unit length", s -> range(2, 1, Reduction.MEAN, Distance.SQUARED, true), 0, false),
                new Form("contrastive", s -> new ContrastiveLoss(new ContrastiveLossSettings(3.5 * s, 0.7)), 2, true),
                new Form("triplet, batch-hard", s -> triplet(s, Mining.BATCH_HARD, Distance.EUCLIDEAN), 1, true),
                new Form("triplet, semi-hard", s -> triplet(s * s, Mining.SEMI_HARD, Distance.SQUARED), 2, true),
                new Form("centre, new centres", s -> new CentreLoss(new CentreLossSettings(0.5, 0.7)), 2, true));
    }

    private static EmbeddingLoss range(int k, double scale, Reduction reduction, Distance distance, boolean unit) {
        return RangeLoss.of(new RangeLossSettings(k, 30 * scale, 0.3, 0.7, 1.3, reduction, 0, distance, unit));
    }

    private static EmbeddingLoss triplet(double scale, Mining mining, Distance distance) {
        return new TripletLoss(new TripletLossSettings(2 * scale, mining, distance, 0.7));
    }
}
