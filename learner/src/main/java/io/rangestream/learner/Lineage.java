package io.rangestream.learner;

import io.rangestream.avro.Continuation;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.CheckpointHeader.Resumed;
import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.evaluation.Founder;
import io.rangestream.learner.evaluation.SpaceRule.Space;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.training.Trainer;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.image.CropDecoder;
import io.rangestream.schemas.updates.VersionKey;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private final List<String> remarks = new ArrayList<>();
    private @Nullable Resumed resumed;
    private String declinedOrder = "";

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
        lineage.continueLast(checkpoints, history);
        history.last().ifPresent(lineage::comparePreprocessing);
        trainer.countErasuresFor(history.nextVersion() - 1);
        lineage.follow(history, checkpoints);
        return lineage;
    }

    private void comparePreprocessing(ModelUpdate last) {
        int before = last.getNetwork().getPreprocessing();
        if (before != CropDecoder.PREPROCESSING) {
            String remark = "trained with preprocessing %d of pictures since version %d, with %d before"
                    .formatted(CropDecoder.PREPROCESSING, last.getVersion(), before);
            remarks.add(remark);
            log.warn("the next version is {}", remark);
        }
    }

    private void continueLast(CheckpointStore checkpoints, VersionHistory history) {
        List<ModelUpdate> versions = history.all();
        if (versions.isEmpty()) {
            if (!continueInHand(checkpoints, 0, "")) {
                log.info("no version yet: beginning with an untrained network");
            }
            return;
        }
        long last = versions.get(versions.size() - 1).getVersion();
        CheckpointException reason = tryContinuing(checkpoints, versions.get(versions.size() - 1));
        if (reason == null) {
            if (last < history.nextVersion() - 1) {
                remarks.add("trained from version %d, as what the topic says of version %d could not be used"
                        .formatted(last, history.nextVersion() - 1));
            }
            return;
        }
        log.warn("{}", reason.getMessage());
        Set<Long> present = checkpoints.versions();
        for (int i = versions.size() - 2; i >= 0; i--) {
            ModelUpdate older = versions.get(i);
            if (present.contains(older.getVersion())) {
                CheckpointException another = tryContinuing(checkpoints, older);
                if (another == null) {
                    remarks.add("trained from version %d, as the checkpoint of version %d could not be used"
                            .formatted(older.getVersion(), last));
                    log.warn("the batches since version {} are trained on again", older.getVersion());
                    return;
                }
                log.warn("{}", another.getMessage());
            }
        }
        throw reason;
    }

    /**
     * Makes sure, before another learner is gone, that its checkpoints would be found, and that this configuration could go on with them.
     *
     * @throws CheckpointException if there are versions and not one checkpoint
     * @throws ConfigurationException if the last version was made with another network, seed, optimiser or loss
     */
    static void requireUsable(CheckpointStore checkpoints, VersionHistory history, LearnerConfig config) {
        history.last().ifPresent(last -> {
            if (checkpoints.isEmpty()) {
                throw CheckpointException.unavailable(
                        "there are versions up to %d and no checkpoint of any in %s: all learners of a model need the same checkpoint.store"
                                .formatted(last.getVersion(), checkpoints.location()),
                        null);
            }
            requireFits(checkpoints, last, config);
        });
    }

    private static void requireFits(CheckpointStore checkpoints, ModelUpdate last, LearnerConfig config) {
        Optional<String> contradiction;
        try {
            contradiction = checkpoints.readVersion(
                    last.getVersion(), last.getTraining().getCheckpointSha256(), in -> {
                        CheckpointHeader.read(in);
                        return Trainer.contradiction(in, config);
                    });
        } catch (CheckpointException e) {
            if (!e.isRefusal()) {
                throw e;
            }
            return; // Whoever gets the partition says so, and looks for another version's.
        }
        contradiction.ifPresent(what -> {
            throw new ConfigurationException("version %d of the model: %s".formatted(last.getVersion(), what));
        });
    }

    /** Why training cannot be resumed from a version; empty if it can. */
    Optional<String> objectionToResuming(ModelUpdate from, CheckpointStore checkpoints) {
        return new Resumability(checkpoints, trainer.oldestToResumeFrom()).objection(from);
    }

    /**
     * Does what orders have made of the versions: takes the weights of the promoted version to compare with, and resumes training where
     * the newest version says. Does nothing twice. What cannot be done is warned of, and training goes on as it would have.
     *
     * @return whether training was resumed from another version
     */
    boolean follow(VersionHistory history, CheckpointStore checkpoints) {
        history.promoted()
                .filter(promoted -> promoted.getVersion() != promotedVersion)
                .ifPresent(promoted -> compareWith(promoted, checkpoints));
        Continuation continuation = continuation(history);
        if (continuation == null
                || continuation.getOrderId().equals(declinedOrder)
                || (resumed != null && resumed.orderId().equals(continuation.getOrderId()))) {
            return false;
        }
        Optional<String> objection = resume(continuation, history, checkpoints);
        objection.ifPresent(why -> {
            declinedOrder = continuation.getOrderId();
            remarks.add("order %s was not followed: %s".formatted(declinedOrder, why));
            log.warn("order {} is not followed, and training goes on from version {}: {}", declinedOrder, version, why);
        });
        return objection.isEmpty();
    }

    /** Resumes training from another version, or says why it cannot be; then nothing has changed. */
    private Optional<String> resume(Continuation continuation, VersionHistory history, CheckpointStore checkpoints) {
        long from = continuation.getVersion();
        Optional<ModelUpdate> update = history.find(from);
        if (update.isEmpty()) {
            return Optional.of("version %d is not on the topic".formatted(from));
        }
        Optional<String> forgotten = new Resumability(checkpoints, trainer.oldestToResumeFrom()).forgotten(from);
        if (forgotten.isPresent()) {
            return forgotten;
        }
        String hash = update.get().getTraining().getCheckpointSha256();
        var loading = new AtomicBoolean();
        try {
            checkpoints.readVersion(from, hash, in -> {
                CheckpointHeader.read(in);
                loading.set(true);
                trainer.resumeFrom(in, from);
                return from;
            });
        } catch (CheckpointException e) {
            if (!e.isRefusal() || loading.get()) {
                throw e;
            }
            return Optional.of(String.valueOf(e.getMessage()));
        }
        resumed = new Resumed(from, hash, continuation.getOrderId());
        log.warn("training resumes from version {} by order {}", from, continuation.getOrderId());
        return Optional.empty();
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

    /** What the next version has to say besides: why it does not continue the last one, or not the one that was ordered. */
    List<String> remarks() {
        return List.copyOf(remarks);
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
        remarks.clear();
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
        new CheckpointHeader(
                        version,
                        trainer.oldestToResumeFrom(),
                        checkpointHash,
                        promotedVersion,
                        promotedWeights,
                        founders,
                        resumed)
                .write(out);
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

    /**
     * What is not to be had to compare with is no reason to stop. If an operator has promoted it, the next versions wait for one, too; else
     * the gate goes on with the version that this state knows as promoted.
     */
    private void compareWith(ModelUpdate promoted, CheckpointStore checkpoints) {
        long number = promoted.getVersion();
        try {
            checkpoints.readVersion(number, promoted.getTraining().getCheckpointSha256(), in -> {
                List<Founder> known = CheckpointHeader.read(in).founders();
                promotedWeights = trainer.publishedIn(in);
                founders = foundersOf(promoted, known, promotedWeights);
                promotedVersion = number;
                return number;
            });
        } catch (CheckpointException e) {
            if (!e.isRefusal()) {
                throw e;
            }
            boolean ordered = !promoted.getOrderId().isEmpty();
            if (ordered) {
                promotedVersion = number;
                promotedWeights = new float[0];
                founders = List.of();
            }
            log.warn(
                    "the next versions cannot be compared with version {}, which is promoted, and {}: {}",
                    number,
                    ordered
                            ? "wait for approval, each in an embedding space of its own"
                            : "are compared with version " + promotedVersion,
                    e.getMessage());
        }
    }

    /** Of the spaces that a version names, those whose founding versions are known. */
    private static List<Founder> foundersOf(ModelUpdate promoted, List<Founder> known, float[] weights) {
        var byName = new HashMap<String, Founder>();
        Stream.concat(known.stream(), Stream.of(new Founder(promoted.getVersion(), weights)))
                .forEach(founder ->
                        byName.put(new VersionKey(promoted.getModel(), founder.version()).toString(), founder));
        return Stream.concat(Stream.of(promoted.getEmbeddingSpace()), promoted.getCompatibleWith().stream())
                .map(byName::get)
                .filter(Objects::nonNull)
                .toList();
    }
}
