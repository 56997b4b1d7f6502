package io.rangestream.learner.head;

/**
 * Mean cross-entropy of a linear classifier in double, written for clarity: what {@link ClassHead} is compared with.
 *
 * @param weights {@code [classes, dim]}
 * @param bias {@code [classes]}
 */
public record SoftmaxReference(double[] weights, double[] bias, int dim) {

    /** ∂loss/∂embedding {@code [n, dim]}, ∂loss/∂weight {@code [classes, dim]} and ∂loss/∂bias. */
    public record Gradients(double[] embeddings, double[] weights, double[] bias) {

        double parameterSquaredNorm() {
            double sum = 0;
            for (double w : weights) {
                sum += w * w;
            }
            for (double b : bias) {
                sum += b * b;
            }
            return sum;
        }
    }

    public double loss(double[] x, int[] targets) {
        double loss = 0;
        for (int i = 0; i < targets.length; i++) {
            loss -= Math.log(probabilities(x, i)[targets[i]]) / targets.length;
        }
        return loss;
    }

    public Gradients gradients(double[] x, int[] targets) {
        var gradients = new Gradients(new double[x.length], new double[weights.length], new double[bias.length]);
        for (int i = 0; i < targets.length; i++) {
            double[] p = probabilities(x, i);
            for (int c = 0; c < p.length; c++) {
                double g = (p[c] - (c == targets[i] ? 1 : 0)) / targets.length;
                gradients.bias()[c] += g;
                for (int d = 0; d < dim; d++) {
                    gradients.embeddings()[i * dim + d] += g * weights[c * dim + d];
                    gradients.weights()[c * dim + d] += g * x[i * dim + d];
                }
            }
        }
        return gradients;
    }

    private double[] probabilities(double[] x, int i) {
        var p = new double[bias.length];
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < p.length; c++) {
            p[c] = bias[c];
            for (int d = 0; d < dim; d++) {
                p[c] += weights[c * dim + d] * x[i * dim + d];
            }
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
