package io.rangestream.learner.config;

import io.rangestream.learner.loss.CentreLoss;
import io.rangestream.learner.loss.CentreLossSettings;
import io.rangestream.learner.loss.ContrastiveLoss;
import io.rangestream.learner.loss.ContrastiveLossSettings;
import io.rangestream.learner.loss.Distance;
import io.rangestream.learner.loss.EmbeddingLoss;
import io.rangestream.learner.loss.LossComposition;
import io.rangestream.learner.loss.LossSum;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.learner.loss.RangeLossSettings;
import io.rangestream.learner.loss.RangeLossSettings.Reduction;
import io.rangestream.learner.loss.TripletLoss;
import io.rangestream.learner.loss.TripletLossSettings;
import io.rangestream.learner.loss.TripletLossSettings.Mining;
import org.apache.kafka.common.config.AbstractConfig;

/**
 * What the network is trained towards.
 *
 * @param terms the losses that are summed
 * @param range constants of range loss
 * @param contrastive constants of contrastive loss
 * @param triplet constants of triplet loss
 * @param centre constants of centre loss
 * @param compatibility weight of staying comparable with an older version; 0 for none
 * @param maxDivergedSteps steps dropped in a row after which the weights return to the last version's
 */
public record LossConfig(
        LossComposition terms,
        RangeLossSettings range,
        ContrastiveLossSettings contrastive,
        TripletLossSettings triplet,
        CentreLossSettings centre,
        double compatibility,
        int maxDivergedSteps) {
    public static final String LOSS = "loss";
    public static final String RANGE_K = "range.k";
    public static final String RANGE_MARGIN = "range.margin";
    public static final String RANGE_ALPHA = "range.alpha";
    public static final String RANGE_BETA = "range.beta";
    public static final String RANGE_LAMBDA = "range.lambda";
    public static final String RANGE_DISTANCE = "range.distance";
    public static final String RANGE_REDUCTION = "range.reduction";
    public static final String RANGE_NORMALIZE = "range.normalize";
    public static final String CONTRASTIVE_MARGIN = "contrastive.margin";
    public static final String CONTRASTIVE_WEIGHT = "contrastive.weight";
    public static final String TRIPLET_MARGIN = "triplet.margin";
    public static final String TRIPLET_MINING = "triplet.mining";
    public static final String TRIPLET_DISTANCE = "triplet.distance";
    public static final String TRIPLET_WEIGHT = "triplet.weight";
    public static final String CENTRE_RATE = "centre.rate";
    public static final String CENTRE_WEIGHT = "centre.weight";
    public static final String COMPATIBILITY_WEIGHT = "compatibility.weight";
    public static final String DIVERGED_MAX_STEPS = "diverged.max.steps";

    public LossConfig {
        if (!Double.isFinite(compatibility)) { // ConfigDef's Range lets NaN pass.
            throw new IllegalArgumentException(
                    "%s must be a finite number, not %s".formatted(COMPATIBILITY_WEIGHT, compatibility));
        }
    }

    /** The losses on embeddings, new and without state. */
    public LossSum embeddingLosses() {
        return new LossSum(terms.metrics().stream().map(this::create).toList());
    }

    private EmbeddingLoss create(LossComposition.Metric metric) {
        return switch (metric) {
            case RANGE -> RangeLoss.of(range);
            case CONTRASTIVE -> new ContrastiveLoss(contrastive);
            case TRIPLET -> new TripletLoss(triplet);
            case CENTRE -> new CentreLoss(centre);
        };
    }

    static LossConfig from(AbstractConfig c) {
        return new LossConfig(
                LossComposition.of(c.getString(LOSS)),
                new RangeLossSettings(
                        c.getInt(RANGE_K),
                        c.getDouble(RANGE_MARGIN),
                        c.getDouble(RANGE_ALPHA),
                        c.getDouble(RANGE_BETA),
                        c.getDouble(RANGE_LAMBDA),
                        Reduction.of(c.getString(RANGE_REDUCTION)),
                        RangeLossSettings.defaults().epsilon(),
                        Distance.of(c.getString(RANGE_DISTANCE)),
                        c.getBoolean(RANGE_NORMALIZE)),
                new ContrastiveLossSettings(c.getDouble(CONTRASTIVE_MARGIN), c.getDouble(CONTRASTIVE_WEIGHT)),
                new TripletLossSettings(
                        c.getDouble(TRIPLET_MARGIN),
                        Mining.of(c.getString(TRIPLET_MINING)),
                        Distance.of(c.getString(TRIPLET_DISTANCE)),
                        c.getDouble(TRIPLET_WEIGHT)),
                new CentreLossSettings(c.getDouble(CENTRE_RATE), c.getDouble(CENTRE_WEIGHT)),
                c.getDouble(COMPATIBILITY_WEIGHT),
                c.getInt(DIVERGED_MAX_STEPS));
    }
}
