package io.rangestream.learner;

import io.rangestream.avro.Continuation;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.CheckpointHeader.Resumed;
import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.evaluation.Founder;
import io.rangestream.learner.evaluation.SpaceRule.Space;
import io.rangestream.learner.orders.OrderRules;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.training.Trainer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which version the training state continues, and which is promoted. A checkpoint is this and the training state; it is
 * used only if the versions on the topic say that it belongs there.
 */
final class Lineage {
    private static final Logger log = LoggerFactory.getLogger(Lineage.class);

    private final Trainer trainer;
    private long version;
    private String checkpointHash = "";
    private long promotedVersion;
    private float[] promotedWeights = {};
    private List<Founder> founders = List.of();
    private Optional<String> detour = Optional.empty();
    private @Nullable Resumed resumed;

    private Lineage(Trainer trainer) {
        this.trainer = trainer;
    }

    /**
     * Loads the state that continues the last committed version: the batch in hand if it descends from that version, else
     * the version's own checkpoint. If that is no good, the same of the version before it, and so on: then the batches since are
     * trained on again, and the next version says so. Without versions and without a batch in hand, the trainer stays untrained.
     *
     * @throws CheckpointException if versions exist and no checkpoint of any fits
     */
    static Lineage restore(Trainer trainer, CheckpointStore checkpoints, VersionHistory history) {
        var lineage = new Lineage(trainer);
        lineage.continueLast(checkpoints, history.all());
        lineage.follow(history, checkpoints);
        return lineage;
    }

    private void continueLast(CheckpointStore checkpoints, List<ModelUpdate> versions) {
        if (versions.isEmpty()) {
            if (!continueInHand(checkpoints, 0, "")) {
                log.info("no version yet: beginning with an untrained network");
            }
            return;
        }
        CheckpointException reason = tryContinuing(checkpoints, versions.get(versions.size() - 1));
        if (reason == null) {
            return;
        }
        log.warn("{}", reason.getMessage());
        Set<Long> present = checkpoints.versions();
        for (int i = versions.size() - 2; i >= 0; i--) {
            ModelUpdate older = versions.get(i);
            if (present.contains(older.getVersion())) {
                CheckpointException another = tryContinuing(checkpoints, older);
                if (another == null) {
                    detour = Optional.of("trained from version %d, as the checkpoint of version %d could not be used"
                            .formatted(
                                    older.getVersion(),
                                    versions.get(versions.size() - 1).getVersion()));
                    log.warn("the batches since version {} are trained on again", older.getVersion());
                    return;
                }
                log.warn("{}", another.getMessage());
            }
        }
        throw reason;
    }

    /**
     * Makes sure, before another learner is gone, that its checkpoints would be found.
     *
     * @throws CheckpointException if there are versions and not one checkpoint
     */
    static void requireReachable(CheckpointStore checkpoints, VersionHistory history) {
        history.last().filter(last -> checkpoints.isEmpty()).ifPresent(last -> {
            throw CheckpointException.unavailable(
                    "there are versions up to %d and no checkpoint of any in %s: all learners of a model need the same checkpoint.store"
                            .formatted(last.getVersion(), checkpoints.location()),
                    null);
        });
    }

    /**
     * Whether training can be resumed from a version: whether its checkpoint is there and whole.
     */
    static OrderRules.Resumable resumable(CheckpointStore checkpoints) {
        return version -> {
            String hash = version.getTraining().getCheckpointSha256();
            try {
                checkpoints.readVersion(version.getVersion(), hash, CheckpointHeader::read);
                return Optional.empty();
            } catch (CheckpointException e) {
                return Optional.of("training cannot be resumed from version %d: %s"
                        .formatted(version.getVersion(), e.getMessage()));
            }
        };
    }

    /** As {@link #resumable}, by what training knows besides. */
    Optional<String> objectionToResuming(ModelUpdate from, CheckpointStore checkpoints) {
        long oldest = trainer.oldestToResumeFrom();
        return resumable(checkpoints)
                .objection(from)
                .or(() -> from.getVersion() >= oldest
                        ? Optional.empty()
                        : Optional.of(
                                "training can be resumed from version %d on: who was erased since older ones is forgotten"
                                        .formatted(oldest)));
    }

    /**
     * Does what orders have made of the versions: takes the weights of the promoted version to compare with, and resumes training where
     * the newest version says. Does nothing twice.
     *
     * @return whether training was resumed from another version
     * @throws CheckpointException if training is to be resumed from a version whose checkpoint cannot be used
     */
    boolean follow(VersionHistory history, CheckpointStore checkpoints) {
        history.promoted()
                .filter(promoted -> promoted.getVersion() != promotedVersion)
                .filter(promoted -> !promoted.getOrderId().isEmpty())
                .ifPresent(promoted -> comparedWith(promoted, checkpoints));
        Continuation continuation = continuation(history);
        if (continuation == null || (resumed != null && resumed.orderId().equals(continuation.getOrderId()))) {
            return false;
        }
        long from = continuation.getVersion();
        String hash = history.find(from)
                .map(update -> update.getTraining().getCheckpointSha256())
                .orElseThrow(() -> CheckpointException.refused(
                        "training is to be resumed from version %d, which is not on the topic".formatted(from), null));
        checkpoints.readVersion(from, hash, in -> {
            CheckpointHeader.read(in);
            trainer.resumeFrom(in, from);
            return from;
        });
        resumed = new Resumed(from, hash, continuation.getOrderId());
        log.warn("training resumes from version {} by order {}", from, continuation.getOrderId());
        return true;
    }

    /**
     * Where the newest order wants training to go on from. It stands on the version that was the last one then, so that a state which had
     * to go back to that version branches off again.
     */
    private @Nullable Continuation continuation(VersionHistory history) {
        List<ModelUpdate> versions = history.all();
        for (int i = versions.size() - 1; i >= 0 && versions.get(i).getVersion() >= version; i--) {
            Continuation continuation = versions.get(i).getContinuation();
            if (continuation != null) {
                return continuation;
            }
        }
        return null;
    }

    /** Version that the next one continues; 0 before the first. */
    long parent() {
        return resumed == null ? version : resumed.version();
    }

    /** Version that the training state continues; 0 before the first. */
    long version() {
        return version;
    }

    /** Why the next version does not continue the last one, if it does not. */
    Optional<String> detour() {
        return detour;
    }

    /** The promoted version; 0 if there is none. */
    long promotedVersion() {
        return promotedVersion;
    }

    /** Published weights of the promoted version; empty if they are not to be had any more. */
    float[] promotedWeights() {
        return promotedWeights;
    }

    /** The founding version of the promoted version's embedding space, then those of the spaces compatible with it. */
    List<Founder> founders() {
        return founders;
    }

    /** The training state continues a new version from here on. */
    void made(long newVersion, ModelStatus status, float[] weights, Space space) {
        version = newVersion;
        checkpointHash = "";
        detour = Optional.empty();
        resumed = null;
        if (status == ModelStatus.PROMOTED) {
            promotedVersion = newVersion;
            promotedWeights = weights;
            var known = new HashMap<Long, Founder>();
            founders.forEach(founder -> known.put(founder.version(), founder));
            known.put(newVersion, new Founder(newVersion, weights));
            founders = Stream.concat(Stream.of(space.founder()), space.compatible().stream())
                    .map(founder -> Objects.requireNonNull(known.get(founder)))
                    .toList();
        }
    }

    /**
     * Takes the weights of the version that the next one continues, as training has diverged since.
     *
     * @throws CheckpointException if its checkpoint cannot be read
     */
    void returnToVersion(CheckpointStore checkpoints) {
        long parent = parent();
        if (parent == 0) {
            try {
                trainer.returnToUntrained();
            } catch (IOException e) {
                throw new UncheckedIOException(e); // It reads memory.
            }
        } else {
            checkpoints.readVersion(parent, resumed == null ? checkpointHash : resumed.checkpointHash(), in -> {
                CheckpointHeader.read(in);
                trainer.returnTo(in, parent);
                return parent;
            });
        }
        log.warn(
                "training diverged: the weights are those of {} again, and training goes on with the next batch",
                parent == 0 ? "the untrained network" : "version " + parent);
    }

    void setCheckpointHash(String hash) {
        checkpointHash = hash;
    }

    /** Writes a checkpoint. */
    void save(DataOutput out) throws IOException {
        new CheckpointHeader(version, checkpointHash, promotedVersion, promotedWeights, founders, resumed).write(out);
        trainer.save(out);
    }

    /** Loads the state of a version; why it cannot be had, if it cannot. */
    private @Nullable CheckpointException tryContinuing(CheckpointStore checkpoints, ModelUpdate update) {
        long wanted = update.getVersion();
        String hash = update.getTraining().getCheckpointSha256();
        if (continueInHand(checkpoints, wanted, hash)) {
            return null;
        }
        try {
            if (!checkpoints.readVersion(wanted, hash, in -> loadIf(in, wanted, ""))) {
                return CheckpointException.refused(
                        "the checkpoint of version %d is of another version".formatted(wanted), null);
            }
        } catch (CheckpointException e) {
            if (e.isRefusal()) {
                return e;
            }
            throw e;
        }
        checkpointHash = hash;
        log.info("going on from version {}", wanted);
        return null;
    }

    private boolean continueInHand(CheckpointStore checkpoints, long wanted, String hash) {
        boolean fits = checkpoints.readInHand(in -> loadIf(in, wanted, hash)).orElse(false);
        if (fits) {
            log.info("going on from version {} and the batch in hand when the learner stopped", wanted);
        }
        return fits;
    }

    /**
     * Loads a checkpoint if it continues a version; changes nothing otherwise.
     *
     * @param hash hash of that version's own checkpoint; empty in that checkpoint itself
     */
    private boolean loadIf(DataInput in, long wantedVersion, String hash) throws IOException {
        CheckpointHeader header = CheckpointHeader.read(in);
        if (header.version() != wantedVersion || !header.checkpointHash().equals(hash)) {
            return false;
        }
        trainer.load(in);
        version = header.version();
        checkpointHash = header.checkpointHash();
        promotedVersion = header.promotedVersion();
        promotedWeights = header.promotedWeights();
        founders = header.founders();
        resumed = header.resumed();
        return true;
    }

    /** What is not to be had to compare with is no reason to stop: then the next versions wait for an operator. */
    private void comparedWith(ModelUpdate promoted, CheckpointStore checkpoints) {
        long number = promoted.getVersion();
        promotedVersion = number;
        try {
            promotedWeights =
                    checkpoints.readVersion(number, promoted.getTraining().getCheckpointSha256(), in -> {
                        founders = CheckpointHeader.read(in).founders();
                        return trainer.publishedIn(in);
                    });
            founders = foundersOf(promoted);
        } catch (CheckpointException e) {
            if (!e.isRefusal()) {
                throw e;
            }
            promotedWeights = new float[0];
            founders = List.of();
            log.warn(
                    "the next versions cannot be compared with version {}, which is promoted: {}",
                    number,
                    e.getMessage());
        }
    }

    /** Of the spaces that a version names, those whose founding versions its checkpoint holds. */
    private List<Founder> foundersOf(ModelUpdate promoted) {
        var known = new HashMap<String, Founder>();
        Stream.concat(founders.stream(), Stream.of(new Founder(promoted.getVersion(), promotedWeights)))
                .forEach(founder -> known.put(promoted.getModel() + "/" + founder.version(), founder));
        return Stream.concat(Stream.of(promoted.getEmbeddingSpace()), promoted.getCompatibleWith().stream())
                .map(known::get)
                .filter(Objects::nonNull)
                .toList();
    }
}
