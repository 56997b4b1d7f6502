package io.rangestream.learner.evaluation;

import io.rangestream.avro.CrossVersion;
import io.rangestream.avro.Evaluation;
import java.util.List;
import java.util.Optional;

/**
 * Decides to which embedding space a version belongs. It stays in the present space if its embeddings compare with those of the space's
 * founding version nearly as well as with each other: the AUC of old against new may be lower than that of new against new by the
 * tolerance. Otherwise, or where there are too few pairs to tell, it founds a space.
 *
 * <p>The difference itself is the criterion, not an end of its interval: all of a version's embeddings enter both figures, which makes its
 * noise a fraction of that of either, and as it is always taken against the founding version, errors do not add up from version to version.
 *
 * <p>An older space stays compatible while old against new does no worse than old against old: the criterion of Shen, Xiong, Xia and Soatto,
 * "Towards Backward-Compatible Representation Learning" (CVPR 2020). A gallery of it loses nothing by the new version, though
 * rebuilding it would gain more than the tolerance.
 *
 * @param minPairs genuine pairs below which nothing is said to be comparable
 * @param tolerance AUC by which old against new may be worse than new against new
 */
public record SpaceRule(int minPairs, double tolerance) {

    /** Further spaces held at most: each costs a set of weights in every checkpoint. */
    private static final int MAX_COMPATIBLE = 3;

    /**
     * The space of a version.
     *
     * @param founder version that founded it
     * @param compatible founding versions of further spaces, the newest first
     */
    public record Space(long founder, List<Long> compatible) {
        public Space {
            compatible = List.copyOf(compatible);
        }
    }

    /**
     * Judges a version by its evaluation.
     *
     * @param founders founding versions of the present space and of those compatible with it, the present one first; empty at the beginning
     */
    public Space judge(long version, Evaluation evaluation, List<Long> founders) {
        Double own = evaluation.getAuc();
        if (own == null || evaluation.getGenuinePairs() < minPairs || founders.isEmpty()) {
            return new Space(version, List.of());
        }
        long present = founders.get(0);
        boolean stays = measured(evaluation, present)
                .filter(cross -> cross.getAuc() >= own - tolerance)
                .isPresent();
        List<Long> compatible = founders.stream()
                .filter(founder -> !(stays && founder == present))
                .filter(founder -> measured(evaluation, founder)
                        .filter(cross -> cross.getAuc() >= cross.getOlderAuc())
                        .isPresent())
                .limit(MAX_COMPATIBLE)
                .toList();
        return new Space(stays ? present : version, compatible);
    }

    private static Optional<CrossVersion> measured(Evaluation evaluation, long version) {
        return evaluation.getCrossVersion().stream()
                .filter(cross -> cross.getVersion() == version)
                .findFirst();
    }
}
