package io.rangestream.learner;

import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.orders.OrderRules;
import io.rangestream.learner.publish.VersionHistory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether training can be resumed from a version: whether its checkpoint is there and whole, and who was erased since is known. */
final class Resumability implements OrderRules.Resumable {
    private static final Logger log = LoggerFactory.getLogger(Resumability.class);

    private final CheckpointStore checkpoints;
    private final long oldest;

    /** @param oldest the oldest version of which is known who was erased since */
    Resumability(CheckpointStore checkpoints, long oldest) {
        this.checkpoints = checkpoints;
        this.oldest = oldest;
    }

    /** As a learner would see it that began now: by the newest version whose checkpoint can be used. */
    static Resumability ofNext(CheckpointStore checkpoints, VersionHistory history) {
        List<ModelUpdate> versions = history.all();
        Set<Long> present = checkpoints.versions();
        for (int i = versions.size() - 1; i >= 0; i--) {
            ModelUpdate version = versions.get(i);
            if (present.contains(version.getVersion())) {
                try {
                    return new Resumability(checkpoints, oldestBy(checkpoints, version));
                } catch (CheckpointException e) {
                    requireSaid(checkpoints, e);
                    log.warn("{}", e.getMessage());
                }
            }
        }
        return new Resumability(checkpoints, 0);
    }

    /** @throws CheckpointException if the store cannot be reached, so that nobody can say now */
    @Override
    public Optional<String> objection(ModelUpdate version) {
        try {
            oldestBy(checkpoints, version); // To see that it can be read.
        } catch (CheckpointException e) {
            requireSaid(checkpoints, e);
            return Optional.of(
                    "training cannot be resumed from version %d: %s".formatted(version.getVersion(), e.getMessage()));
        }
        return forgotten(version.getVersion());
    }

    /** The part of an objection that needs no look at the checkpoint. */
    Optional<String> forgotten(long version) {
        return version >= oldest
                ? Optional.empty()
                : Optional.of("training can be resumed from version %d on: who was erased since older ones is forgotten"
                        .formatted(oldest));
    }

    /** A store that cannot be reached says nothing about a checkpoint, and neither does one with nothing in it. */
    private static void requireSaid(CheckpointStore checkpoints, CheckpointException e) {
        if (!e.isRefusal()) {
            throw e;
        }
        if (checkpoints.isEmpty()) {
            throw CheckpointException.unavailable(
                    "there are versions and no checkpoint of any in " + checkpoints.location(), e);
        }
    }

    private static long oldestBy(CheckpointStore checkpoints, ModelUpdate version) {
        return checkpoints.readVersion(
                version.getVersion(),
                version.getTraining().getCheckpointSha256(),
                CheckpointHeader::readOldestToResumeFrom);
    }
}
