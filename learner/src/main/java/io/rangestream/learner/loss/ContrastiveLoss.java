package io.rangestream.learner.loss;

import java.util.function.ObjDoubleConsumer;

/**
 * Contrastive loss of Hadsell, Chopra and LeCun, "Dimensionality Reduction by Learning an Invariant Mapping" (CVPR 2006, equation 4):
 * a pair of one identity costs {@code D²/2}, a pair of two {@code max(m − D, 0)²/2}, D the Euclidean distance. All pairs of the batch
 * count; genuine and impostor pairs are averaged each for themselves, as there are many more of the latter.
 *
 * <p>A batch without pairs of a kind has no term of it. Coinciding embeddings of two identities cost m²/2 and have no gradient, as no
 * direction leads them apart. Not thread-safe.
 */
public final class ContrastiveLoss implements EmbeddingLoss {
    public static final String NAME = "contrastive";

    private final ContrastiveLossSettings settings;
    private double value;

    public ContrastiveLoss(ContrastiveLossSettings settings) {
        this.settings = settings;
    }

    @Override
    public double addGradient(double[] embeddings, int[] labels, int n, int dim, double[] gradient) {
        long genuine = genuinePairs(labels, n);
        long impostor = (long) n * (n - 1) / 2 - genuine;
        double genuineSum = 0;
        double impostorSum = 0;
        for (int a = 0; a < n; a++) {
            for (int b = a + 1; b < n; b++) {
                double squared = Distance.squared(embeddings, a, b, dim);
                if (labels[a] == labels[b]) {
                    genuineSum += squared / 2;
                    Distance.addPair(embeddings, a, b, dim, settings.weight() / genuine, gradient);
                } else if (!(squared >= settings.margin() * settings.margin())) {
                    double inside = settings.margin() - Math.sqrt(squared);
                    impostorSum += inside * inside / 2;
                    // ∂((m − D)²/2)/∂x_a = −(m − D)(x_a − x_b)/D
                    double factor = -inside * Distance.EUCLIDEAN.slope(squared) * settings.weight() / impostor;
                    Distance.addPair(embeddings, a, b, dim, factor, gradient);
                }
            }
        }
        value = (genuine > 0 ? genuineSum / genuine : 0) + (impostor > 0 ? impostorSum / impostor : 0);
        return settings.weight() * value;
    }

    @Override
    public void report(ObjDoubleConsumer<String> terms) {
        terms.accept(NAME, value);
    }

    private static long genuinePairs(int[] labels, int n) {
        long pairs = 0;
        for (int a = 0; a < n; a++) {
            for (int b = a + 1; b < n; b++) {
                pairs += labels[a] == labels[b] ? 1 : 0;
            }
        }
        return pairs;
    }
}
