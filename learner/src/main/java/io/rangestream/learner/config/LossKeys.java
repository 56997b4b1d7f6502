package io.rangestream.learner.config;

import io.rangestream.learner.loss.CentreLossSettings;
import io.rangestream.learner.loss.ContrastiveLossSettings;
import io.rangestream.learner.loss.RangeLossSettings;
import io.rangestream.learner.loss.TripletLossSettings;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** The keys of the training objective. */
final class LossKeys {
    private LossKeys() {}

    static void define(ConfigDef definition) {
        definition.define(
                LossConfig.LOSS,
                Type.STRING,
                "softmax+range",
                Importance.HIGH,
                "Training objective: one of softmax, cosface and arcface, alone or with any of range, contrastive, triplet and centre, joined by +. A checkpoint goes on with those it was made with.");
        range(definition);
        comparisons(definition);
        definition.define(
                LossConfig.COMPATIBILITY_WEIGHT,
                Type.DOUBLE,
                0.0,
                Range.atLeast(0),
                Importance.MEDIUM,
                "Weight, against the classification loss, of keeping embeddings comparable with those of the version that"
                        + " founded the promoted version's embedding space, so that galleries last longer; 0 for none. See"
                        + " embedding-spaces.md.");
        definition.define(
                LossConfig.DIVERGED_MAX_STEPS,
                Type.INT,
                20,
                Range.atLeast(1),
                Importance.LOW,
                "Steps in a row, dropped as their loss or gradient was no number, after which the weights return to those of"
                        + " the last version. A second return to the same version ends the learner.");
    }

    private static void range(ConfigDef definition) {
        RangeLossSettings r = RangeLossSettings.defaults();
        definition
                .define(
                        LossConfig.RANGE_K,
                        Type.INT,
                        r.k(),
                        Range.atLeast(1),
                        Importance.LOW,
                        "Range loss: how many of an identity's largest ranges are shrunk.")
                .define(
                        LossConfig.RANGE_MARGIN,
                        Type.DOUBLE,
                        r.margin(),
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Range loss: distance that the closest two centres of a batch are pushed to.")
                .define(
                        LossConfig.RANGE_ALPHA,
                        Type.DOUBLE,
                        r.alpha(),
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Range loss: weight of the intra-class term.")
                .define(
                        LossConfig.RANGE_BETA,
                        Type.DOUBLE,
                        r.beta(),
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Range loss: weight of the inter-class term.")
                .define(
                        LossConfig.RANGE_LAMBDA,
                        Type.DOUBLE,
                        r.lambda(),
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Range loss: weight of both terms against the classification loss.")
                .define(
                        LossConfig.RANGE_DISTANCE,
                        Type.STRING,
                        r.distance().toString(),
                        ValidString.in("squared", "euclidean"),
                        Importance.LOW,
                        "Range loss: whether distances are squared, as in the paper, or plain. Margin and weights are in"
                                + " the same unit.")
                .define(
                        LossConfig.RANGE_REDUCTION,
                        Type.STRING,
                        r.reduction().toString(),
                        ValidString.in("mean", "sum"),
                        Importance.LOW,
                        "Range loss: whether the intra-class terms of a batch's identities are averaged or, as in the"
                                + " paper, summed.")
                .define(
                        LossConfig.RANGE_NORMALIZE,
                        Type.BOOLEAN,
                        r.normalize(),
                        Importance.LOW,
                        "Range loss: whether it sees embeddings scaled to length 1. Margin and weights are in the same"
                                + " unit.");
    }

    private static void comparisons(ConfigDef definition) {
        ContrastiveLossSettings contrastive = ContrastiveLossSettings.defaults();
        TripletLossSettings triplet = TripletLossSettings.defaults();
        CentreLossSettings centre = CentreLossSettings.defaults();
        definition
                .define(
                        LossConfig.CONTRASTIVE_MARGIN,
                        Type.DOUBLE,
                        contrastive.margin(),
                        Range.atLeast(0),
                        Importance.LOW,
                        "Contrastive loss: distance that crops of two identities are pushed to.")
                .define(
                        LossConfig.CONTRASTIVE_WEIGHT,
                        Type.DOUBLE,
                        contrastive.weight(),
                        Range.atLeast(0),
                        Importance.LOW,
                        "Contrastive loss: its weight against the classification loss.")
                .define(
                        LossConfig.TRIPLET_MARGIN,
                        Type.DOUBLE,
                        triplet.margin(),
                        Range.atLeast(0),
                        Importance.LOW,
                        "Triplet loss: by how much farther a crop of another identity should be than one of the same.")
                .define(
                        LossConfig.TRIPLET_MINING,
                        Type.STRING,
                        triplet.mining().toString(),
                        ValidString.in("batch-hard", "semi-hard"),
                        Importance.LOW,
                        "Triplet loss: which triplets of a batch count.")
                .define(
                        LossConfig.TRIPLET_DISTANCE,
                        Type.STRING,
                        triplet.distance().toString(),
                        ValidString.in("squared", "euclidean"),
                        Importance.LOW,
                        "Triplet loss: whether distances are plain or squared.")
                .define(
                        LossConfig.TRIPLET_WEIGHT,
                        Type.DOUBLE,
                        triplet.weight(),
                        Range.atLeast(0),
                        Importance.LOW,
                        "Triplet loss: its weight against the classification loss.")
                .define(
                        LossConfig.CENTRE_RATE,
                        Type.DOUBLE,
                        centre.rate(),
                        Range.between(0, 1),
                        Importance.LOW,
                        "Centre loss: share of the way that an identity's centre moves to its crops in a step.")
                .define(
                        LossConfig.CENTRE_WEIGHT,
                        Type.DOUBLE,
                        centre.weight(),
                        Range.atLeast(0),
                        Importance.LOW,
                        "Centre loss: its weight against the classification loss.");
    }
}
