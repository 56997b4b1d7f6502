package io.rangestream.app.experiment.continual;

/** One run of the experiment. */
record RunKey(StreamOrder order, Arm arm, long seed) {

    /** The name of its folder. */
    String name() {
        return "%s-%s-%d".formatted(order.key(), arm.key(), seed);
    }
}
