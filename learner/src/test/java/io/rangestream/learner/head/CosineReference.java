package io.rangestream.learner.head;

/**
 * Mean cross-entropy of a cosine-margin classifier in double, written for clarity: what {@link ClassHead} is compared with. Margins are
 * spelled out here a second time, by the angle, and not taken from {@link Logits}.
 *
 * @param weights {@code [classes, dim]}
 * @param logWeights {@code [classes]}, added to the logits; zeros when all classes are there
 */
record CosineReference(double[] weights, double[] logWeights, int dim, Logits.Cosine logits) {

    /** ∂loss/∂embedding {@code [n, dim]} and ∂loss/∂weight {@code [classes, dim]}. */
    record Gradients(double[] embeddings, double[] weights) {}

    double loss(double[] x, int[] targets) {
        double loss = 0;
        for (int i = 0; i < targets.length; i++) {
            loss -= Math.log(probabilities(x, i, targets[i])[targets[i]]) / targets.length;
        }
        return loss;
    }

    /** Closed form; a test compares it with central differences of {@link #loss}. */
    Gradients gradients(double[] x, int[] targets) {
        var gradients = new Gradients(new double[x.length], new double[weights.length]);
        for (int i = 0; i < targets.length; i++) {
            double[] p = probabilities(x, i, targets[i]);
            for (int c = 0; c < p.length; c++) {
                boolean target = c == targets[i];
                double cosine = cosine(x, i, c);
                double g = (p[c] - (target ? 1 : 0)) / targets.length * slope(cosine, target);
                double xNorm = norm(x, i);
                double wNorm = norm(weights, c);
                for (int d = 0; d < dim; d++) {
                    double xUnit = x[i * dim + d] / xNorm;
                    double wUnit = weights[c * dim + d] / wNorm;
                    gradients.embeddings()[i * dim + d] += g * (wUnit - cosine * xUnit) / xNorm;
                    gradients.weights()[c * dim + d] += g * (xUnit - cosine * wUnit) / wNorm;
                }
            }
        }
        return gradients;
    }

    private double logit(double cosine, boolean target) {
        if (target && logits instanceof Logits.CosFace cos) {
            return cos.scale() * (cosine - cos.margin());
        }
        if (target && logits instanceof Logits.ArcFace arc) {
            double angle = Math.acos(cosine) + arc.margin();
            return arc.scale() * (angle < Math.PI ? Math.cos(angle) : cosine - arc.margin() * Math.sin(arc.margin()));
        }
        return logits.scale() * cosine;
    }

    /** ∂logit/∂cosine. */
    private double slope(double cosine, boolean target) {
        double angle = Math.acos(cosine);
        if (target && logits instanceof Logits.ArcFace arc && angle + arc.margin() < Math.PI) {
            return arc.scale() * Math.sin(angle + arc.margin()) / Math.sin(angle);
        }
        return logits.scale();
    }

    private double cosine(double[] x, int i, int c) {
        double dot = 0;
        for (int d = 0; d < dim; d++) {
            dot += x[i * dim + d] * weights[c * dim + d];
        }
        return dot / norm(x, i) / norm(weights, c);
    }

    private double norm(double[] v, int row) {
        double sum = 0;
        for (int d = 0; d < dim; d++) {
            sum += v[row * dim + d] * v[row * dim + d];
        }
        return Math.sqrt(sum);
    }

    private double[] probabilities(double[] x, int i, int target) {
        var p = new double[logWeights.length];
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < p.length; c++) {
            p[c] = logit(cosine(x, i, c), c == target) + logWeights[c];
            largest = Math.max(largest, p[c]);
        }
        double sum = 0;
        for (int c = 0; c < p.length; c++) {
            p[c] = Math.exp(p[c] - largest);
            sum += p[c];
        }
        for (int c = 0; c < p.length; c++) {
            p[c] /= sum;
        }
        return p;
    }
}
