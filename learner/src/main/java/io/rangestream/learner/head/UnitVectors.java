package io.rangestream.learner.head;

/** Vectors scaled to unit length, and gradients taken back through that. */
final class UnitVectors {

    /** Shorter vectors have no direction: they become zero, and their gradient is passed on as it is. */
    private static final double SHORTEST = 1e-12;

    private UnitVectors() {}

    /**
     * Writes {@code v / ‖v‖}.
     *
     * @return ‖v‖
     */
    static float normalise(float[] v, int at, int dim, float[] unit, int unitAt) {
        double squared = 0;
        for (int d = 0; d < dim; d++) {
            squared += (double) v[at + d] * v[at + d];
        }
        double norm = Math.sqrt(squared);
        double inverse = norm > SHORTEST ? 1 / norm : 0;
        for (int d = 0; d < dim; d++) {
            unit[unitAt + d] = (float) (v[at + d] * inverse);
        }
        return (float) norm;
    }

    /** Turns ∂L/∂u of {@code u = v / ‖v‖} into ∂L/∂v {@code = (g − (g·u)u) / ‖v‖}, in place. */
    static void gradient(float[] g, int at, int dim, float[] unit, int unitAt, float norm) {
        double along = 0;
        for (int d = 0; d < dim; d++) {
            along += (double) g[at + d] * unit[unitAt + d];
        }
        double inverse = norm > SHORTEST ? 1 / (double) norm : 1;
        for (int d = 0; d < dim; d++) {
            g[at + d] = (float) ((g[at + d] - along * unit[unitAt + d]) * inverse);
        }
    }
}
