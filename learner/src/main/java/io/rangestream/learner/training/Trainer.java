package io.rangestream.learner.training;

import io.rangestream.avro.Erasure;
import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.backbone.StepResult;
import io.rangestream.learner.backbone.Weights;
import io.rangestream.learner.batch.LeftOutFace;
import io.rangestream.learner.batch.Picture;
import io.rangestream.learner.batch.PreparedBatch;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.records.LogPosition;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model in training: network, head, and how far in the log they are. Everything that the next step depends on is in
 * {@link #save}, so that training continues bit by bit. Not thread-safe.
 */
public final class Trainer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Trainer.class);

    private final LearnerConfig config;
    private final Model model;
    private final Progress progress;

    /**
     * What training has done since the model began.
     *
     * @param batches batches trained on
     * @param crops crops trained on
     * @param skippedSteps steps dropped for a non-finite loss or gradient
     * @param skippedCrops crops left out because they could not be decoded
     */
    public record Counters(long batches, long crops, long skippedSteps, long skippedCrops) {}

    /** An untrained model. */
    public Trainer(LearnerConfig config) {
        this.config = config;
        model = new Model(config);
        progress = new Progress(config.loss().maxDivergedSteps());
    }

    /** The network; for evaluation and export between steps. */
    public Backbone backbone() {
        return model.backbone();
    }

    /** Weights of the network before its first step. */
    public float[] untrained() {
        return model.untrained();
    }

    /** Weights that are evaluated and published: the moving average, or the untrained ones before the first step. */
    public float[] published() {
        return progress.batches == 0 ? untrained() : model.backbone().weights(Weights.AVERAGED);
    }

    public LogPosition position() {
        return progress.position;
    }

    /** What the samplers have counted of their input. */
    public SamplerCounts.Counts samplerCounts() {
        return progress.samplers.sum();
    }

    /** What was seen of the pictures trained on. */
    public SeenPictures pictures() {
        return progress.pictures;
    }

    public Counters counters() {
        return new Counters(progress.batches, progress.crops, progress.skippedSteps, progress.skippedCrops);
    }

    /** Means of the loss terms since {@link #versionMade}. */
    public LossTerms meanLosses() {
        return progress.losses.means();
    }

    /** Learning rate of the last step. */
    public double learningRate() {
        return progress.learningRate;
    }

    /** Whether so many steps in a row were dropped that the weights have to return to the last version's. */
    public boolean isDiverged() {
        return progress.divergence.isDue();
    }

    /** Whether the last step was dropped: then nobody knows yet whether the weights are any good. */
    public boolean isDropping() {
        return progress.divergence.isDropping();
    }

    /** How often weights returned to a version's since the model began. */
    public long returns() {
        return progress.divergence.returns();
    }

    /** Whether they did since {@link #versionMade}. */
    public boolean returnedSinceVersion() {
        return progress.divergence.returnedSinceVersion();
    }

    /** Identities in the head. */
    public int identities() {
        return model.head().size();
    }

    /** Whether an identity has been trained on, and not erased since. */
    public boolean knows(String identity) {
        return model.head().rowOf(identity) >= 0;
    }

    /**
     * From here on embeddings are kept comparable with those of an older version, as {@code compatibility.weight} says. The version is no
     * part of {@link #save}: who loads says it again.
     *
     * @param weights the version's published weights, null for no such version; not to be changed afterwards
     */
    public void keepComparableWith(float @Nullable [] weights) {
        model.teacher().ifPresent(teacher -> teacher.setWeights(weights));
    }

    /**
     * Begins a new interval of losses, and tells the learning rate how the version did.
     *
     * @param auc on the holdout, NaN when the version was not judged
     * @param version its number
     * @param oldestKept versions before this one are not returned to any more
     */
    public void versionMade(double auc, long version, long oldestKept) {
        model.backbone().judged(auc);
        progress.losses.reset();
        progress.position.versionMade();
        progress.divergence.versionMade();
        progress.erasedSince.versionMade(version, oldestKept);
        progress.leftOut.versionMade();
    }

    /**
     * Trains on a batch, or passes over it if it was trained on before.
     *
     * @param offset its offset in the batches topic
     * @return whether it was trained on
     * @throws TrainingException if a batch before it is missing
     */
    public boolean train(PreparedBatch batch, long offset) {
        String task = batch.source().getTask();
        long sequence = batch.source().getSequence();
        boolean next = isNext(task, sequence);
        if (next) {
            step(batch, task, offset);
            progress.position.trained(task, sequence, batch.source().getHoldoutRecords());
            progress.samplers.trained(task, batch.source().getBuffers());
            look(batch, task);
        }
        progress.position.passed(offset);
        return next;
    }

    /** Forgets an identity: its row, its momentum, and what other tasks still send of it. */
    public void erase(Erasure erasure, long offset) {
        if (isNext(erasure.getTask(), erasure.getSequence())) {
            model.objective().erase(erasure.getIdentity());
            progress.position.erased(erasure.getTask(), erasure.getSequence(), erasure.getHoldoutRecords());
            progress.pictures.erase(Picture.hash(erasure.getIdentity()));
            progress.erasures.complied(erasure.getIdentity(), erasure.getTask());
            progress.erasedSince.add(erasure.getIdentity());
            progress.leftOut.erase(erasure.getIdentity());
        }
        progress.position.passed(offset);
    }

    /** A face cannot be decoded: it is reported with the next version, once. */
    public void leaveOut(LeftOutFace face) {
        if (progress.leftOut.add(face)) {
            // Its face_id may be a person's name.
            log.warn("a face cannot be decoded and is left out: {}; 'rejected list' will name it", face.reason());
        }
    }

    /** The faces that the next version reports; empty again after {@link #versionMade}. */
    public List<LeftOutFace> leftOut() {
        return progress.leftOut.pending();
    }

    /** Writes the whole training state. */
    public void save(DataOutput out) throws IOException {
        model.save(out);
        progress.save(out);
    }

    /**
     * Goes on from a saved state.
     *
     * @throws IOException if it is of another network, seed, optimiser or loss
     */
    public void load(DataInput in) throws IOException {
        model.load(in);
        progress.load(in);
    }

    /**
     * What keeps a configuration from going on with a saved state, without loading it; empty if nothing does.
     *
     * @throws IOException if it cannot be read
     */
    public static Optional<String> contradiction(DataInput in, LearnerConfig config) throws IOException {
        return Model.Origin.read(in).contradiction(config);
    }

    /**
     * Returns to the weights of a version after training has diverged. The position in the log, the counters and the learning rate go
     * on, the optimiser's moments are cleared, and nothing comes back that was learned of
     * somebody before an erasure since, even if they have been trained on again.
     *
     * @param in what {@link #save} wrote for the version
     * @param version its number
     * @throws TrainingException if the weights did so already since {@link #versionMade}
     * @throws IOException if the state is of another network, seed, optimiser or loss
     */
    public void returnTo(DataInput in, long version) throws IOException {
        progress.divergence.returning("version " + version);
        model.returnTo(in, identity -> progress.erasedSince.contains(identity, version));
    }

    /**
     * Resumes training from a version: the weights, the optimiser and what the losses keep are its. The position in the log and the
     * counters go on, and nothing comes back that was learned of somebody before an erasure since.
     *
     * @param in what {@link #save} wrote for the version
     * @param version its number
     * @throws IOException if the state is of another network, seed, optimiser or loss, or if nobody knows any more who was erased since
     */
    public void resumeFrom(DataInput in, long version) throws IOException {
        if (version < progress.erasedSince.oldest()) {
            throw new IOException("who was erased since version %d is known from version %d on only"
                    .formatted(version, progress.erasedSince.oldest()));
        }
        model.resume(in, identity -> progress.erasedSince.contains(identity, version));
        progress.divergence.resumed();
        progress.losses.reset();
    }

    /** The oldest version from which training can be resumed: of older ones nobody knows any more who was erased since. */
    public long oldestToResumeFrom() {
        return progress.erasedSince.oldest();
    }

    /**
     * Has erasures from here on count for all versions there are: for a state that was gone back to, the ones after it, too, as its batches
     * are trained on again.
     *
     * @param newest number of the newest version
     */
    public void countErasuresFor(long newest) {
        progress.erasedSince.countFor(newest);
    }

    /**
     * The weights that a saved state published, or would have. Takes the memory of a second model for the time of the call.
     *
     * @throws IOException if the state is of another network, seed, optimiser or loss
     */
    public float[] publishedIn(DataInput in) throws IOException {
        try (var saved = new Trainer(config)) {
            saved.load(in);
            return saved.published();
        }
    }

    /**
     * As {@link #returnTo}, before the first version.
     *
     * @throws TrainingException if the weights did so already
     */
    public void returnToUntrained() throws IOException {
        progress.divergence.returning("the untrained network's");
        model.returnToUntrained();
    }

    @Override
    public void close() {
        model.close();
    }

    /** A gap is settled before a batch comes here; that it was is what training relies on. */
    private boolean isNext(String task, long sequence) {
        LogPosition position = progress.position;
        LogPosition.Order order = position.check(task, sequence);
        if (order == LogPosition.Order.AHEAD && !position.mayBeginLater(task)) {
            throw new TrainingException("sampler task %s: batch %d does not follow batch %d"
                    .formatted(task, sequence, position.next(task) - 1));
        }
        return order != LogPosition.Order.REPEATED;
    }

    private void step(PreparedBatch batch, String task, long offset) {
        progress.skippedCrops += batch.leftOut().size();
        batch.leftOut().stream()
                .filter(face -> !progress.erasures.excludes(face.identity(), task))
                .forEach(face -> leaveOut(face.in(offset)));
        List<String> identities = withoutErased(batch, task);
        progress.batches++;
        if (identities.size() < 2) {
            return; // Batch norm has no variance to go by.
        }
        long stepSeed = stepSeed(batch);
        model.objective().batch(identities, stepSeed);
        model.teacher().ifPresent(teacher -> teacher.teach(batch.crops(), identities.size()));
        StepResult result = model.backbone().step(batch.crops(), identities.size(), stepSeed, model.objective());
        progress.learningRate = result.learningRate();
        progress.crops += identities.size();
        progress.divergence.step(result.skipped());
        if (result.skipped()) {
            progress.skippedSteps++;
        } else {
            progress.losses.add(result.loss());
        }
    }

    /** Notes the pictures of those who are not to be forgotten. */
    private void look(PreparedBatch batch, String task) {
        for (int i = 0; i < batch.pictures().size(); i++) {
            if (!progress.erasures.excludes(batch.identities().get(i), task)) {
                progress.pictures.saw(batch.pictures().get(i));
            }
        }
    }

    /** Moves the crops that stay to the front, where some are of an identity that is to be forgotten. */
    private List<String> withoutErased(PreparedBatch batch, String task) {
        if (progress.erasures.isEmpty()) {
            return batch.identities();
        }
        int cropLength = model.backbone().spec().cropLength();
        var staying = new ArrayList<String>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            String identity = batch.identities().get(i);
            if (!progress.erasures.excludes(identity, task)) {
                System.arraycopy(batch.crops(), i * cropLength, batch.crops(), staying.size() * cropLength, cropLength);
                staying.add(identity);
            }
        }
        return staying;
    }

    private long stepSeed(PreparedBatch batch) {
        long task = batch.source().getTask().hashCode();
        return (config.seed() * 0x9E3779B97F4A7C15L)
                ^ (task << 40)
                ^ batch.source().getSequence();
    }
}
