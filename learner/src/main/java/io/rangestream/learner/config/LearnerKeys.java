package io.rangestream.learner.config;

import io.rangestream.learner.architecture.Architectures;
import io.rangestream.learner.evaluation.PromotionGate.Approval;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** The learner's keys with their defaults, bounds and the texts of the reference page. */
final class LearnerKeys {
    private LearnerKeys() {}

    static ConfigDef definition() {
        var definition = new ConfigDef();
        network(definition);
        OptimizerKeys.define(definition);
        HeadKeys.define(definition);
        LossKeys.define(definition);
        publication(definition);
        ClaimCheckConfig.define(definition);
        CheckpointConfig.define(definition);
        evaluation(definition);
        AugmentationKeys.define(definition);
        input(definition);
        return definition;
    }

    private static void network(ConfigDef definition) {
        definition
                .define(
                        LearnerConfig.GROUP,
                        Type.STRING,
                        "rangestream-learner",
                        Importance.MEDIUM,
                        "Consumer group of the model's learners, put behind the topic prefix: one trains, the others stand by.")
                .define(
                        LearnerConfig.BACKBONE,
                        Type.STRING,
                        "compact",
                        Importance.HIGH,
                        "Network to train: " + String.join(", ", Architectures.names()) + "; see backbones.md.")
                .define(
                        LearnerConfig.INPUT_SIZE,
                        Type.INT,
                        0,
                        Range.between(0, 224),
                        Importance.MEDIUM,
                        "Side of the crops that the network takes, pixels, a multiple of 16 from 32 to 224; 0 for the network's own.")
                .define(
                        LearnerConfig.EMBEDDING_DIM,
                        Type.INT,
                        0,
                        Range.between(0, 4096),
                        Importance.MEDIUM,
                        "Length of an embedding; 0 for the network's own.")
                .define(
                        LearnerConfig.WIDTH,
                        Type.DOUBLE,
                        1.0,
                        Range.between(0.0625, 4),
                        Importance.LOW,
                        "Factor for the channels inside the network.")
                .define(
                        LearnerConfig.DEVICE,
                        Type.STRING,
                        "auto",
                        ValidString.in("auto", "cpu", "cuda"),
                        Importance.MEDIUM,
                        "Where the network runs; auto takes a GPU where the build and the machine have one.")
                .define(
                        LearnerConfig.THREADS,
                        Type.INT,
                        0,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Threads of the native operations; 0 takes one per processor. Equal results need an equal number.")
                .define(
                        LearnerConfig.SEED,
                        Type.LONG,
                        1L,
                        Importance.MEDIUM,
                        "Seed of initial weights, dropout and augmentation.");
    }

    private static void publication(ConfigDef definition) {
        definition
                .define(
                        LearnerConfig.PUBLISH_EVERY_BATCHES,
                        Type.INT,
                        100,
                        Range.atLeast(1),
                        Importance.HIGH,
                        "Batches between two published versions.")
                .define(
                        LearnerConfig.PUBLISH_MAX_INTERVAL,
                        Type.LONG,
                        600_000L,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Longest time between two versions while there is something new, milliseconds; 0 for none. A version made by the clock is not repeatable bit by bit.")
                .define(
                        LearnerConfig.CHUNK_BYTES,
                        Type.INT,
                        512 * 1024,
                        Range.between(1024, 8 * 1024 * 1024),
                        Importance.LOW,
                        "Size of a chunk of weights on the topic, bytes.")
                .define(
                        LearnerConfig.SIGNING_KEY,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "File of the Ed25519 private key (PEM) that model updates are signed with; empty for none. rangestream"
                                + " models keygen makes one.")
                .define(
                        LearnerConfig.TRUSTED_KEYS,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "File of further Ed25519 public keys (PEM) whose events count, as those of a signing key that was replaced. Takes"
                                + " publish.signing.key, whose own events always count.")
                .define(
                        LearnerConfig.HEARTBEAT,
                        Type.LONG,
                        30_000L,
                        Range.atLeast(0),
                        Importance.LOW,
                        "Time between two heartbeats on model-updates, milliseconds, by which followers know that nothing newer is kept"
                                + " from them (client.max.age.ms); 0 for none. None comes while a version is made.")
                .define(
                        LearnerConfig.RETAIN,
                        Type.INT,
                        20,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "Versions whose weights stay on the topic; the promoted one always does.");
    }

    private static void evaluation(ConfigDef definition) {
        definition
                .define(
                        LearnerConfig.EVALUATION_MAX_FACES,
                        Type.INT,
                        1000,
                        Range.atLeast(2),
                        Importance.MEDIUM,
                        "Holdout faces on which a version is judged.")
                .define(
                        LearnerConfig.EVALUATION_MAX_PAIRS,
                        Type.INT,
                        50,
                        Range.atLeast(1),
                        Importance.LOW,
                        "Genuine pairs that one identity may contribute, so that the head does not supply them all.")
                .define(
                        LearnerConfig.PROMOTION_MIN_PAIRS,
                        Type.INT,
                        100,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "Genuine pairs below which a version is promoted unjudged, and below which a segment of the people is not looked at.")
                .define(
                        LearnerConfig.PROMOTION_TOLERANCE,
                        Type.DOUBLE,
                        0.01,
                        Range.between(0, 1),
                        Importance.MEDIUM,
                        "A version is rejected when its AUC, over all pairs or those of the open or the closed set, is worse than the promoted version's by more than this, beyond doubt (95 %).")
                .define(
                        LearnerConfig.PROMOTION_APPROVAL,
                        Type.STRING,
                        Approval.AUTOMATIC.key(),
                        ValidString.in(Approval.AUTOMATIC.key(), Approval.MANUAL.key()),
                        Importance.MEDIUM,
                        "Who promotes a version that is not rejected: automatic, or manual for an operator with rangestream models promote.")
                .define(
                        LearnerConfig.COMPATIBILITY_TOLERANCE,
                        Type.DOUBLE,
                        0.01,
                        Range.between(0, 1),
                        Importance.MEDIUM,
                        "A version stays in the present embedding space while the AUC of its embeddings against those of the"
                                + " space's founding version is worse than its own AUC by no more than this; otherwise it"
                                + " founds a space. See embedding-spaces.md.");
    }

    private static void input(ConfigDef definition) {
        definition
                .define(
                        LearnerConfig.CACHE_BYTES,
                        Type.LONG,
                        256L * 1024 * 1024,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Bound of the cache of decoded crops, bytes.")
                .define(
                        LearnerConfig.MAX_FACE_PIXELS,
                        Type.LONG,
                        4_000_000L,
                        Range.atLeast(1),
                        Importance.LOW,
                        "Images with more pixels are left out, undecoded.");
    }
}
