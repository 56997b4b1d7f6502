package io.rangestream.learner.optimizer;

/**
 * How a gradient moves weights. A rule is only its constants; what it remembers of earlier gradients lies beside the weights, in
 * {@link #moments} arrays of their length that begin as zeros.
 */
public sealed interface UpdateRule {

    /** Its name in the configuration. */
    String label();

    /** Arrays of the weights' length that the rule keeps. */
    int moments();

    /**
     * The rule for one update.
     *
     * @param learningRate rate of this step
     * @param gradientScale factor for the gradient, from clipping
     * @param count updates of these weights, this one included, since their moments were zero; at least 1
     */
    WeightUpdate update(double learningRate, double gradientScale, long count);

    /**
     * The rule of a name. All constants are checked, those of the others too.
     *
     * @throws IllegalArgumentException in one line
     */
    static UpdateRule of(String label, double momentum, double beta1, double beta2, double epsilon) {
        var sgd = new Sgd(momentum);
        var adam = new Adam(beta1, beta2, epsilon, false);
        return switch (label) {
            case Sgd.LABEL -> sgd;
            case Adam.LABEL -> adam;
            case Adam.DECOUPLED_LABEL -> new Adam(beta1, beta2, epsilon, true);
            default ->
                throw new IllegalArgumentException("unknown optimizer '%s', known: sgd, adam, adamw".formatted(label));
        };
    }

    /**
     * Stochastic gradient descent with Nesterov momentum, in the form of PyTorch's {@code SGD(nesterov=True)}; decay is added to the
     * gradient.
     *
     * @param momentum in {@code [0, 1)}
     */
    record Sgd(double momentum) implements UpdateRule {

        public static final String LABEL = "sgd";

        public Sgd {
            require("momentum", momentum);
        }

        @Override
        public String label() {
            return LABEL;
        }

        @Override
        public int moments() {
            return 1;
        }

        @Override
        public WeightUpdate update(double learningRate, double gradientScale, long count) {
            return new NesterovUpdate((float) learningRate, (float) momentum, (float) gradientScale);
        }
    }

    /**
     * Adam with bias correction (Kingma &amp; Ba, 2015, algorithm 1), its weight decay added to the gradient or decoupled from it
     * (AdamW: Loshchilov &amp; Hutter, 2019, algorithm 2).
     *
     * @param beta1 decay of the mean of gradients, in {@code [0, 1)}
     * @param beta2 decay of the mean of their squares, in {@code [0, 1)}
     * @param epsilon added to the root of that mean
     * @param decoupled whether weights decay by {@code rate · decay} apart from the gradient
     */
    record Adam(double beta1, double beta2, double epsilon, boolean decoupled) implements UpdateRule {

        public static final String LABEL = "adam";
        public static final String DECOUPLED_LABEL = "adamw";

        public Adam {
            require("beta1", beta1);
            require("beta2", beta2);
            if (!((float) epsilon > 0) || Float.isInfinite((float) epsilon)) {
                throw new IllegalArgumentException("epsilon must be positive as a float: " + epsilon);
            }
        }

        @Override
        public String label() {
            return decoupled ? DECOUPLED_LABEL : LABEL;
        }

        @Override
        public int moments() {
            return 2;
        }

        @Override
        public WeightUpdate update(double learningRate, double gradientScale, long count) {
            return new AdamUpdate(
                    learningRate,
                    (float) beta1,
                    (float) beta2,
                    (float) (1 / (1 - Math.pow(beta1, count))),
                    (float) (1 / Math.sqrt(1 - Math.pow(beta2, count))),
                    (float) epsilon,
                    (float) gradientScale,
                    decoupled);
        }
    }

    private static void require(String name, double value) {
        if (!(value >= 0 && (float) value < 1)) { // Weights are moved by floats: one next to 1 would be 1.
            throw new IllegalArgumentException(name + " must be in [0, 1) as a float: " + value);
        }
    }
}
