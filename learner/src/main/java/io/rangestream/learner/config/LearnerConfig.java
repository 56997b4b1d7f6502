package io.rangestream.learner.config;

import io.rangestream.learner.architecture.Architectures;
import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.ComputeDevice;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.batch.AugmentationSettings;
import io.rangestream.learner.evaluation.PromotionGate.Approval;
import io.rangestream.learner.head.HeadSettings;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.storage.StorageConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;

/**
 * Settings of the learner.
 *
 * @param group consumer group of the learners of one model; one of them trains, the others stand by
 * @param backbone the network
 * @param device where it runs
 * @param threads threads of the native operations; results depend on it
 * @param seed of initial weights, dropout and augmentation
 * @param optimizer how weights are moved and averaged
 * @param head the classifier over identities
 * @param loss the objective
 * @param publication when versions are made and how long they stay
 * @param evaluation how versions are judged
 * @param augmentation how crops are varied
 * @param cacheBytes bound of the decoded crops kept
 * @param maxFacePixels larger images are left out of their batch
 * @param checkpoints where training state is kept
 * @param training settings that training state depends on, as a checkpoint records them
 */
public record LearnerConfig(
        String group,
        BackboneSpec backbone,
        ComputeDevice device,
        int threads,
        long seed,
        OptimizerSettings optimizer,
        HeadSettings head,
        LossConfig loss,
        Publication publication,
        Evaluation evaluation,
        AugmentationSettings augmentation,
        long cacheBytes,
        long maxFacePixels,
        CheckpointConfig checkpoints,
        TrainingSettings training) {

    /**
     * When versions are made, and how long they stay.
     *
     * @param everyBatches batches between two versions
     * @param maxInterval longest time between two versions while batches arrive; zero for no such limit
     * @param chunkBytes size of a chunk of weights
     * @param retain versions whose weights stay on the topic, the promoted one always among them
     * @param signingKey key that versions are signed with, if they are
     * @param trusted whose events count: the signing key's and those of further keys; everybody's without a signing key
     * @param heartbeat time between two heartbeats; zero for none
     * @param claimCheck which artifacts go to a store instead of the topic, if any do
     */
    public record Publication(
            int everyBatches,
            Duration maxInterval,
            int chunkBytes,
            int retain,
            Optional<SigningKey> signingKey,
            TrustedKeys trusted,
            Duration heartbeat,
            Optional<ClaimCheckConfig> claimCheck) {}

    /**
     * How versions are judged.
     *
     * @param maxFaces holdout faces embedded for each version
     * @param maxPairsPerIdentity genuine pairs of one identity
     * @param minPairs genuine pairs below which a version is promoted unjudged
     * @param tolerance AUC by which a version may be worse than the promoted one
     * @param compatibilityTolerance AUC by which old embeddings against new ones may be worse than new ones among themselves
     * @param approval who promotes a version that is not rejected
     */
    public record Evaluation(
            int maxFaces,
            int maxPairsPerIdentity,
            int minPairs,
            double tolerance,
            double compatibilityTolerance,
            Approval approval) {
        public Evaluation {
            requireFinite(PROMOTION_TOLERANCE, tolerance);
            requireFinite(COMPATIBILITY_TOLERANCE, compatibilityTolerance);
        }
    }

    public static final String GROUP = "learner.group";
    public static final String BACKBONE = "backbone";
    public static final String INPUT_SIZE = "backbone.input.size";
    public static final String EMBEDDING_DIM = "backbone.embedding.dim";
    public static final String WIDTH = "backbone.width";
    public static final String DEVICE = "backend";
    public static final String THREADS = "learner.threads";
    public static final String SEED = "seed";
    public static final String PUBLISH_EVERY_BATCHES = "publish.every.batches";
    public static final String PUBLISH_MAX_INTERVAL = "publish.max.interval.ms";
    public static final String CHUNK_BYTES = "publish.chunk.bytes";
    public static final String SIGNING_KEY = "publish.signing.key";
    public static final String TRUSTED_KEYS = "publish.trusted.keys";
    public static final String HEARTBEAT = "publish.heartbeat.interval.ms";
    public static final String RETAIN = "models.retain";
    public static final String EVALUATION_MAX_FACES = "evaluation.max.faces";
    public static final String EVALUATION_MAX_PAIRS = "evaluation.max.pairs.per.identity";
    public static final String PROMOTION_MIN_PAIRS = "promotion.min.pairs";
    public static final String PROMOTION_TOLERANCE = "promotion.tolerance";
    public static final String COMPATIBILITY_TOLERANCE = "compatibility.tolerance";
    public static final String PROMOTION_APPROVAL = "promotion.approval";
    public static final String CACHE_BYTES = "crop.cache.bytes";
    public static final String MAX_FACE_PIXELS = "max.face.pixels";

    /** The keys of this configuration. */
    public static ConfigDef definition() {
        return LearnerKeys.definition();
    }

    /** @throws ConfigurationException if a value does not fit */
    public static LearnerConfig from(Settings settings) {
        AbstractConfig c = settings.parse(definition());
        try {
            BackboneSpec backbone = backbone(c);
            OptimizerSettings optimizer = OptimizerKeys.read(c);
            LossConfig loss = LossConfig.from(c);
            StorageConfig storage = StorageConfig.from(settings);
            return new LearnerConfig(
                    c.getString(GROUP),
                    backbone,
                    ComputeDevice.of(c.getString(DEVICE)),
                    threads(c.getInt(THREADS)),
                    c.getLong(SEED),
                    optimizer,
                    HeadKeys.read(c),
                    loss,
                    publication(c, storage),
                    evaluation(c),
                    AugmentationKeys.read(c),
                    c.getLong(CACHE_BYTES),
                    c.getLong(MAX_FACE_PIXELS),
                    CheckpointConfig.read(c, storage),
                    TrainingSettings.of(c, backbone, optimizer, loss));
        } catch (ConfigurationException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e);
        }
    }

    private static BackboneSpec backbone(AbstractConfig c) {
        return Architectures.spec(
                c.getString(BACKBONE), c.getInt(INPUT_SIZE), c.getInt(EMBEDDING_DIM), c.getDouble(WIDTH));
    }

    private static Publication publication(AbstractConfig c, StorageConfig storage) {
        Optional<SigningKey> signingKey = Optional.of(c.getString(SIGNING_KEY))
                .filter(file -> !file.isBlank())
                .map(file -> SigningKey.read(Path.of(file)));
        return new Publication(
                c.getInt(PUBLISH_EVERY_BATCHES),
                Duration.ofMillis(c.getLong(PUBLISH_MAX_INTERVAL)),
                c.getInt(CHUNK_BYTES),
                c.getInt(RETAIN),
                signingKey,
                trusted(c, signingKey),
                Duration.ofMillis(c.getLong(HEARTBEAT)),
                ClaimCheckConfig.read(c, storage));
    }

    private static TrustedKeys trusted(AbstractConfig c, Optional<SigningKey> signingKey) {
        boolean further = !c.getString(TRUSTED_KEYS).isBlank();
        if (further && signingKey.isEmpty()) {
            throw new ConfigurationException(
                    "%s takes %s: who goes by signed events must sign its own".formatted(TRUSTED_KEYS, SIGNING_KEY));
        }
        TrustedKeys trusted = further ? TrustedKeys.read(Path.of(c.getString(TRUSTED_KEYS))) : TrustedKeys.anyone();
        return signingKey.map(trusted::with).orElse(trusted);
    }

    private static Evaluation evaluation(AbstractConfig c) {
        return new Evaluation(
                c.getInt(EVALUATION_MAX_FACES),
                c.getInt(EVALUATION_MAX_PAIRS),
                c.getInt(PROMOTION_MIN_PAIRS),
                c.getDouble(PROMOTION_TOLERANCE),
                c.getDouble(COMPATIBILITY_TOLERANCE),
                Approval.of(c.getString(PROMOTION_APPROVAL)));
    }

    /** {@link ConfigDef.Range} lets NaN pass. */
    private static void requireFinite(String key, double value) {
        if (!Double.isFinite(value)) {
            throw new ConfigurationException("%s must be a finite number, not %s".formatted(key, value));
        }
    }

    private static int threads(int configured) {
        return configured == 0 ? Runtime.getRuntime().availableProcessors() : configured;
    }
}
