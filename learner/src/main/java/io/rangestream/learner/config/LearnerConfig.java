package io.rangestream.learner.config;

import io.rangestream.learner.backbone.ComputeDevice;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/**
 * Settings of the learner.
 *
 * @param group consumer group of the learners of one model; one of them trains, the others stand by
 * @param backbone name of the network
 * @param device where it runs
 * @param threads threads of the native operations; results depend on it
 * @param seed of initial weights, dropout and augmentation
 * @param optimizer learning rate, momentum, weight decay, averaging
 * @param loss the objective
 * @param publication when versions are made and how long they stay
 * @param evaluation how versions are judged
 * @param cacheBytes bound of the decoded crops kept
 * @param maxFacePixels larger images are left out of their batch
 * @param checkpointDir where training state is kept
 */
public record LearnerConfig(
        String group,
        String backbone,
        ComputeDevice device,
        int threads,
        long seed,
        OptimizerSettings optimizer,
        Loss loss,
        Publication publication,
        Evaluation evaluation,
        long cacheBytes,
        long maxFacePixels,
        Path checkpointDir) {

    /**
     * The objective {@code L = softmax + lambda (alpha intra + beta inter)}.
     *
     * @param rangeLoss whether the range terms are there at all
     */
    public record Loss(boolean rangeLoss, int k, double margin, double alpha, double beta, double lambda) {
        public Loss {
            requireFinite(RANGE_MARGIN, margin);
            requireFinite(RANGE_ALPHA, alpha);
            requireFinite(RANGE_BETA, beta);
            requireFinite(RANGE_LAMBDA, lambda);
        }
    }

    /**
     * When versions are made, and how long they stay.
     *
     * @param everyBatches batches between two versions
     * @param maxInterval longest time between two versions while batches arrive; zero for no such limit
     * @param chunkBytes size of a chunk of weights
     * @param retain versions whose weights stay on the topic, the promoted one always among them
     * @param retainCheckpoints checkpoints kept on disk
     */
    public record Publication(
            int everyBatches, Duration maxInterval, int chunkBytes, int retain, int retainCheckpoints) {}

    /**
     * How versions are judged.
     *
     * @param maxFaces holdout faces embedded for each version
     * @param maxPairsPerIdentity genuine pairs of one identity
     * @param minPairs genuine pairs below which a version is promoted unjudged
     * @param tolerance AUC by which a version may be worse than the promoted one
     */
    public record Evaluation(int maxFaces, int maxPairsPerIdentity, int minPairs, double tolerance) {
        public Evaluation {
            requireFinite(PROMOTION_TOLERANCE, tolerance);
        }
    }

    public static final String GROUP = "learner.group";
    public static final String BACKBONE = "backbone";
    public static final String DEVICE = "backend";
    public static final String THREADS = "learner.threads";
    public static final String SEED = "seed";
    public static final String LEARNING_RATE = "learning.rate";
    public static final String MOMENTUM = "momentum";
    public static final String WEIGHT_DECAY = "weight.decay";
    public static final String MAX_GRADIENT_NORM = "gradient.max.norm";
    public static final String WARMUP_STEPS = "learning.rate.warmup.steps";
    public static final String EMA_DECAY = "ema.decay";
    public static final String DROPOUT = "dropout";
    public static final String LOSS = "loss";
    public static final String RANGE_K = "range.k";
    public static final String RANGE_MARGIN = "range.margin";
    public static final String RANGE_ALPHA = "range.alpha";
    public static final String RANGE_BETA = "range.beta";
    public static final String RANGE_LAMBDA = "range.lambda";
    public static final String PUBLISH_EVERY_BATCHES = "publish.every.batches";
    public static final String PUBLISH_MAX_INTERVAL = "publish.max.interval.ms";
    public static final String CHUNK_BYTES = "publish.chunk.bytes";
    public static final String RETAIN = "models.retain";
    public static final String RETAIN_CHECKPOINTS = "checkpoint.retain";
    public static final String EVALUATION_MAX_FACES = "evaluation.max.faces";
    public static final String EVALUATION_MAX_PAIRS = "evaluation.max.pairs.per.identity";
    public static final String PROMOTION_MIN_PAIRS = "promotion.min.pairs";
    public static final String PROMOTION_TOLERANCE = "promotion.tolerance";
    public static final String CACHE_BYTES = "crop.cache.bytes";
    public static final String MAX_FACE_PIXELS = "max.face.pixels";
    public static final String CHECKPOINT_DIR = "checkpoint.dir";

    private static final String SOFTMAX = "softmax";
    private static final String SOFTMAX_RANGE = "softmax+range";

    /** The keys of this configuration. */
    public static ConfigDef definition() {
        OptimizerSettings o = OptimizerSettings.defaults();
        return new ConfigDef()
                .define(
                        GROUP,
                        Type.STRING,
                        "rangestream-learner",
                        Importance.MEDIUM,
                        "Consumer group of the model's learners, put behind the topic prefix: one trains, the others stand by.")
                .define(BACKBONE, Type.STRING, "compact", Importance.HIGH, "Network to train.")
                .define(
                        DEVICE,
                        Type.STRING,
                        "auto",
                        ValidString.in("auto", "cpu", "cuda"),
                        Importance.MEDIUM,
                        "Where the network runs; auto takes a GPU where the build and the machine have one.")
                .define(
                        THREADS,
                        Type.INT,
                        0,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Threads of the native operations; 0 takes one per processor. Equal results need an equal number.")
                .define(SEED, Type.LONG, 1L, Importance.MEDIUM, "Seed of initial weights, dropout and augmentation.")
                .define(
                        LEARNING_RATE,
                        Type.DOUBLE,
                        o.learningRate(),
                        Importance.HIGH,
                        "Learning rate; constant, as a stream has no end.")
                .define(MOMENTUM, Type.DOUBLE, o.momentum(), Importance.LOW, "Nesterov momentum.")
                .define(
                        WEIGHT_DECAY,
                        Type.DOUBLE,
                        o.weightDecay(),
                        Importance.LOW,
                        "Weight decay; batch norm, PReLU and biases have none.")
                .define(
                        MAX_GRADIENT_NORM,
                        Type.DOUBLE,
                        o.maxGradientNorm(),
                        Importance.LOW,
                        "Gradients with a larger global norm are scaled down to it.")
                .define(
                        WARMUP_STEPS,
                        Type.INT,
                        o.warmupSteps(),
                        Range.atLeast(0),
                        Importance.LOW,
                        "Steps over which the learning rate rises from zero at the model's beginning.")
                .define(
                        EMA_DECAY,
                        Type.DOUBLE,
                        o.emaDecay(),
                        Importance.MEDIUM,
                        "Decay of the moving average of the weights that is evaluated and published.")
                .define(DROPOUT, Type.DOUBLE, o.dropout(), Importance.LOW, "Share dropped before the embedding layer.")
                .define(
                        LOSS,
                        Type.STRING,
                        SOFTMAX_RANGE,
                        ValidString.in(SOFTMAX, SOFTMAX_RANGE),
                        Importance.HIGH,
                        "Training objective.")
                .define(
                        RANGE_K,
                        Type.INT,
                        2,
                        Range.atLeast(1),
                        Importance.LOW,
                        "Range loss: how many of an identity's largest ranges are shrunk.")
                .define(
                        RANGE_MARGIN,
                        Type.DOUBLE,
                        50.0,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Range loss: squared distance that the closest two centres of a batch are pushed to.")
                .define(
                        RANGE_ALPHA,
                        Type.DOUBLE,
                        0.01,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Range loss: weight of the intra-class term.")
                .define(
                        RANGE_BETA,
                        Type.DOUBLE,
                        0.01,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Range loss: weight of the inter-class term.")
                .define(
                        RANGE_LAMBDA,
                        Type.DOUBLE,
                        1.0,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Range loss: weight of both terms against softmax.")
                .define(
                        PUBLISH_EVERY_BATCHES,
                        Type.INT,
                        100,
                        Range.atLeast(1),
                        Importance.HIGH,
                        "Batches between two published versions.")
                .define(
                        PUBLISH_MAX_INTERVAL,
                        Type.LONG,
                        600_000L,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Longest time between two versions while there is something new, milliseconds; 0 for none. A version made by the clock is not repeatable bit by bit.")
                .define(
                        CHUNK_BYTES,
                        Type.INT,
                        512 * 1024,
                        Range.between(1024, 8 * 1024 * 1024),
                        Importance.LOW,
                        "Size of a chunk of weights on the topic, bytes.")
                .define(
                        RETAIN,
                        Type.INT,
                        20,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "Versions whose weights stay on the topic; the promoted one always does.")
                .define(
                        RETAIN_CHECKPOINTS,
                        Type.INT,
                        3,
                        Range.atLeast(1),
                        Importance.LOW,
                        "Checkpoints of versions that stay on disk.")
                .define(
                        EVALUATION_MAX_FACES,
                        Type.INT,
                        1000,
                        Range.atLeast(2),
                        Importance.MEDIUM,
                        "Holdout faces on which a version is judged.")
                .define(
                        EVALUATION_MAX_PAIRS,
                        Type.INT,
                        50,
                        Range.atLeast(1),
                        Importance.LOW,
                        "Genuine pairs that one identity may contribute, so that the head does not supply them all.")
                .define(
                        PROMOTION_MIN_PAIRS,
                        Type.INT,
                        100,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "Genuine pairs below which a version is promoted unjudged.")
                .define(
                        PROMOTION_TOLERANCE,
                        Type.DOUBLE,
                        0.01,
                        Range.between(0, 1),
                        Importance.MEDIUM,
                        "A version is rejected when its AUC is worse than the promoted version's by more than this, beyond doubt (95 %).")
                .define(
                        CACHE_BYTES,
                        Type.LONG,
                        256L * 1024 * 1024,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Bound of the cache of decoded crops, bytes.")
                .define(
                        MAX_FACE_PIXELS,
                        Type.LONG,
                        4_000_000L,
                        Range.atLeast(1),
                        Importance.LOW,
                        "Images with more pixels are left out, undecoded.")
                .define(
                        CHECKPOINT_DIR,
                        Type.STRING,
                        "rangestream-checkpoints",
                        Importance.HIGH,
                        "Folder of the checkpoints, one inside it for each model; must outlive the process, and standbys have to see the same one.");
    }

    /** @throws ConfigurationException if a value does not fit */
    public static LearnerConfig from(Settings settings) {
        AbstractConfig c = settings.parse(definition());
        try {
            return new LearnerConfig(
                    c.getString(GROUP),
                    c.getString(BACKBONE),
                    ComputeDevice.of(c.getString(DEVICE)),
                    threads(c.getInt(THREADS)),
                    c.getLong(SEED),
                    new OptimizerSettings(
                            c.getDouble(LEARNING_RATE),
                            c.getDouble(MOMENTUM),
                            c.getDouble(WEIGHT_DECAY),
                            c.getDouble(MAX_GRADIENT_NORM),
                            c.getInt(WARMUP_STEPS),
                            c.getDouble(EMA_DECAY),
                            c.getDouble(DROPOUT)),
                    new Loss(
                            c.getString(LOSS).equals(SOFTMAX_RANGE),
                            c.getInt(RANGE_K),
                            c.getDouble(RANGE_MARGIN),
                            c.getDouble(RANGE_ALPHA),
                            c.getDouble(RANGE_BETA),
                            c.getDouble(RANGE_LAMBDA)),
                    new Publication(
                            c.getInt(PUBLISH_EVERY_BATCHES),
                            Duration.ofMillis(c.getLong(PUBLISH_MAX_INTERVAL)),
                            c.getInt(CHUNK_BYTES),
                            c.getInt(RETAIN),
                            c.getInt(RETAIN_CHECKPOINTS)),
                    new Evaluation(
                            c.getInt(EVALUATION_MAX_FACES),
                            c.getInt(EVALUATION_MAX_PAIRS),
                            c.getInt(PROMOTION_MIN_PAIRS),
                            c.getDouble(PROMOTION_TOLERANCE)),
                    c.getLong(CACHE_BYTES),
                    c.getLong(MAX_FACE_PIXELS),
                    Path.of(c.getString(CHECKPOINT_DIR)));
        } catch (ConfigurationException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e);
        }
    }

    /** {@link Range} lets NaN pass. */
    private static void requireFinite(String key, double value) {
        if (!Double.isFinite(value)) {
            throw new ConfigurationException("%s must be a finite number, not %s".formatted(key, value));
        }
    }

    private static int threads(int configured) {
        return configured == 0 ? Runtime.getRuntime().availableProcessors() : configured;
    }
}
