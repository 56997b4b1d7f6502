package io.rangestream.learner.config;

import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.optimizer.LearningRateSchedule;
import io.rangestream.learner.optimizer.UpdateRule;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** The keys of the optimiser. */
final class OptimizerKeys {
    static final String OPTIMIZER = "optimizer";
    private static final String MOMENTUM = "momentum";
    private static final String BETA1 = "adam.beta1";
    private static final String BETA2 = "adam.beta2";
    private static final String EPSILON = "adam.epsilon";
    static final String LEARNING_RATE = "learning.rate";
    private static final String WARMUP_STEPS = "learning.rate.warmup.steps";
    private static final String SCHEDULE = "learning.rate.schedule";
    private static final String COSINE_PERIOD = "learning.rate.cosine.period";
    private static final String COSINE_GROWTH = "learning.rate.cosine.growth";
    private static final String PLATEAU_FACTOR = "learning.rate.plateau.factor";
    private static final String PLATEAU_PATIENCE = "learning.rate.plateau.patience";
    private static final String PLATEAU_THRESHOLD = "learning.rate.plateau.threshold";
    private static final String FLOOR = "learning.rate.floor";
    static final String WEIGHT_DECAY = "weight.decay";
    private static final String MAX_GRADIENT_NORM = "gradient.max.norm";
    private static final String EMA_DECAY = "ema.decay";
    private static final String DROPOUT = "dropout";

    private static final String CONSTANT = "constant";
    private static final String COSINE_RESTARTS = "cosine-restarts";
    private static final String PLATEAU = "plateau";

    private static final OptimizerSettings DEFAULTS = OptimizerSettings.defaults();
    private static final double ADAM_LEARNING_RATE = 0.001;
    private static final double ADAMW_WEIGHT_DECAY = 0.01;

    private OptimizerKeys() {}

    static void define(ConfigDef definition) {
        rule(definition);
        rate(definition);
        definition
                .define(
                        WEIGHT_DECAY,
                        Type.DOUBLE,
                        null,
                        Importance.LOW,
                        "Weight decay; batch norm, PReLU and biases have none. Default: 0.0005, for adamw 0.01.")
                .define(
                        MAX_GRADIENT_NORM,
                        Type.DOUBLE,
                        DEFAULTS.maxGradientNorm(),
                        Importance.LOW,
                        "Gradients with a larger global norm are scaled down to it.")
                .define(
                        EMA_DECAY,
                        Type.DOUBLE,
                        DEFAULTS.emaDecay(),
                        Importance.MEDIUM,
                        "Decay of the moving average of the weights that is evaluated and published.")
                .define(
                        DROPOUT,
                        Type.DOUBLE,
                        DEFAULTS.dropout(),
                        Importance.LOW,
                        "Share dropped before the embedding layer.");
    }

    static OptimizerSettings read(AbstractConfig c) {
        String optimizer = c.getString(OPTIMIZER);
        boolean sgd = optimizer.equals(UpdateRule.Sgd.LABEL);
        boolean decoupled = optimizer.equals(UpdateRule.Adam.DECOUPLED_LABEL);
        return new OptimizerSettings(
                UpdateRule.of(
                        optimizer, c.getDouble(MOMENTUM), c.getDouble(BETA1), c.getDouble(BETA2), c.getDouble(EPSILON)),
                valueOr(c, LEARNING_RATE, sgd ? DEFAULTS.learningRate() : ADAM_LEARNING_RATE),
                c.getInt(WARMUP_STEPS),
                schedule(c),
                valueOr(c, WEIGHT_DECAY, decoupled ? ADAMW_WEIGHT_DECAY : DEFAULTS.weightDecay()),
                c.getDouble(MAX_GRADIENT_NORM),
                c.getDouble(EMA_DECAY),
                c.getDouble(DROPOUT));
    }

    private static void rule(ConfigDef definition) {
        definition
                .define(
                        OPTIMIZER,
                        Type.STRING,
                        UpdateRule.Sgd.LABEL,
                        ValidString.in(UpdateRule.Sgd.LABEL, UpdateRule.Adam.LABEL, UpdateRule.Adam.DECOUPLED_LABEL),
                        Importance.MEDIUM,
                        "How gradients move the weights of network and head: sgd with Nesterov momentum, adam, or adamw, whose weight decay is apart from the gradient. A checkpoint goes on with the one it was made with.")
                .define(MOMENTUM, Type.DOUBLE, 0.9, Importance.LOW, "Nesterov momentum of sgd.")
                .define(BETA1, Type.DOUBLE, 0.9, Importance.LOW, "Decay of Adam's mean of gradients.")
                .define(BETA2, Type.DOUBLE, 0.999, Importance.LOW, "Decay of Adam's mean of squared gradients.")
                .define(EPSILON, Type.DOUBLE, 1e-8, Importance.LOW, "Added to the root of that mean.");
    }

    private static void rate(ConfigDef definition) {
        definition
                .define(
                        LEARNING_RATE,
                        Type.DOUBLE,
                        null,
                        Importance.HIGH,
                        "Learning rate after the warm-up. Default: 0.05 for sgd, 0.001 for adam and adamw.")
                .define(
                        WARMUP_STEPS,
                        Type.INT,
                        DEFAULTS.warmupSteps(),
                        Range.atLeast(0),
                        Importance.LOW,
                        "Steps over which the learning rate rises from zero at the model's beginning.")
                .define(
                        SCHEDULE,
                        Type.STRING,
                        CONSTANT,
                        ValidString.in(CONSTANT, COSINE_RESTARTS, PLATEAU),
                        Importance.MEDIUM,
                        "How the learning rate goes on: constant, as a stream has no end and averaged weights give what decay would; cosine-restarts, down and up again; plateau, down when the holdout AUC of the versions stops improving, never up.")
                .define(
                        COSINE_PERIOD,
                        Type.INT,
                        2000,
                        Range.atLeast(1),
                        Importance.LOW,
                        "Steps of the first cycle of cosine-restarts.")
                .define(
                        COSINE_GROWTH,
                        Type.INT,
                        1,
                        Range.atLeast(1),
                        Importance.LOW,
                        "Factor from one cycle's length to the next.")
                .define(PLATEAU_FACTOR, Type.DOUBLE, 0.5, Importance.LOW, "What plateau multiplies the rate by.")
                .define(
                        PLATEAU_PATIENCE,
                        Type.INT,
                        5,
                        Range.atLeast(1),
                        Importance.LOW,
                        "Judged versions in a row without improvement before it does.")
                .define(
                        PLATEAU_THRESHOLD,
                        Type.DOUBLE,
                        0.002,
                        Importance.LOW,
                        "Rise of the holdout AUC over the best so far that counts as improvement.")
                .define(
                        FLOOR,
                        Type.DOUBLE,
                        0.01,
                        Importance.LOW,
                        "Lowest rate of cosine-restarts and plateau, as a share of the learning rate.");
    }

    /** Only the chosen one is built: a floor of zero suits one and not another. */
    private static LearningRateSchedule schedule(AbstractConfig c) {
        return switch (c.getString(SCHEDULE)) {
            case COSINE_RESTARTS ->
                new LearningRateSchedule.CosineRestarts(
                        c.getInt(COSINE_PERIOD), c.getInt(COSINE_GROWTH), c.getDouble(FLOOR));
            case PLATEAU ->
                new LearningRateSchedule.Plateau(
                        c.getDouble(PLATEAU_FACTOR),
                        c.getInt(PLATEAU_PATIENCE),
                        c.getDouble(PLATEAU_THRESHOLD),
                        c.getDouble(FLOOR));
            default -> new LearningRateSchedule.Constant();
        };
    }

    private static double valueOr(AbstractConfig c, String key, double otherwise) {
        Double value = c.getDouble(key);
        return value == null ? otherwise : value;
    }
}
