package io.rangestream.learner.head;

/** What the head makes of an embedding {@code x} and the row {@code w} of an identity before the softmax. */
public sealed interface Logits {

    /**
     * {@code w·x + b}.
     *
     * @param bias whether rows have a bias
     */
    record Linear(boolean bias) implements Logits {}

    /** Scaled cosines of the angle θ between {@code x} and {@code w}, the target's lessened by a margin; without bias. */
    sealed interface Cosine extends Logits {

        /** What cosines are multiplied by. */
        double scale();

        /** The target's cosine after the margin. */
        double withMargin(double cosine);

        /** Derivative of {@link #withMargin}. */
        double slope(double cosine);
    }

    /**
     * {@code s(cos θ − m)} for the target, {@code s·cos θ} for the others: CosFace (Wang et al., 2018, eq. 4).
     *
     * @param scale s
     * @param margin m, in {@code [0, 1)}
     */
    record CosFace(double scale, double margin) implements Cosine {
        public CosFace {
            requireScaleAndMargin(scale, margin);
        }

        @Override
        public double withMargin(double cosine) {
            return cosine - margin;
        }

        @Override
        public double slope(double cosine) {
            return 1;
        }
    }

    /**
     * {@code s·cos(θ + m)} for the target, {@code s·cos θ} for the others: ArcFace (Deng et al., 2019, eq. 3). Beyond θ = π − m, where
     * the cosine would rise again, {@code cos θ − m·sin m}, as its authors' implementation has it.
     *
     * @param scale s
     * @param margin m, radians, in {@code [0, 1)}
     */
    record ArcFace(double scale, double margin) implements Cosine {

        /** Below it a sine in float is rounding error; the slope, which divides by it, stays finite. */
        private static final double SMALLEST_SINE = 1e-3;

        public ArcFace {
            requireScaleAndMargin(scale, margin);
        }

        @Override
        public double withMargin(double cosine) {
            return isBeyond(cosine)
                    ? cosine - margin * Math.sin(margin)
                    : cosine * Math.cos(margin) - sine(cosine) * Math.sin(margin);
        }

        @Override
        public double slope(double cosine) {
            return isBeyond(cosine)
                    ? 1
                    : Math.cos(margin) + cosine * Math.sin(margin) / Math.max(SMALLEST_SINE, sine(cosine));
        }

        private boolean isBeyond(double cosine) {
            return cosine <= -Math.cos(margin);
        }

        private static double sine(double cosine) {
            return Math.sqrt(Math.max(0, 1 - cosine * cosine));
        }
    }

    private static void requireScaleAndMargin(double scale, double margin) {
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException("scale must be positive: " + scale);
        }
        if (!(margin >= 0 && margin < 1)) {
            throw new IllegalArgumentException("margin must be in [0, 1): " + margin);
        }
    }
}
