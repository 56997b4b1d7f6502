package io.rangestream.learner.training;

import io.rangestream.avro.Erasure;
import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.Backbones;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.backbone.StepResult;
import io.rangestream.learner.backbone.Weights;
import io.rangestream.learner.batch.PreparedBatch;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.head.ClassHead;
import io.rangestream.learner.head.JointObjective;
import io.rangestream.learner.parallel.Lanes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The model in training: network, head, and how far in the log they are. Everything that the next step depends on is in
 * {@link #save}, so that training continues bit by bit. Not thread-safe.
 */
public final class Trainer implements AutoCloseable {
    private final Backbone backbone;
    private final Lanes lanes;
    private final ClassHead head;
    private final JointObjective objective;
    private final float[] untrained;
    private final byte[] untrainedObjective;
    private final LearnerConfig config;
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
        backbone = newBackbone();
        lanes = new Lanes(config.threads());
        int dim = backbone.spec().embeddingDim();
        head = new ClassHead(dim, config.head(), config.optimizer(), lanes);
        objective = new JointObjective(
                dim,
                config.loss().terms().classification().toString(),
                head,
                config.loss().embeddingLosses());
        progress = new Progress(config.loss().maxDivergedSteps());
        untrained = backbone.weights(Weights.TRAINED);
        untrainedObjective = savedObjective();
    }

    /** The network; for evaluation and export between steps. */
    public Backbone backbone() {
        return backbone;
    }

    /** Weights of the network before its first step. */
    public float[] untrained() {
        return untrained.clone();
    }

    /** Weights that are evaluated and published: the moving average, or the untrained ones before the first step. */
    public float[] published() {
        return progress.batches == 0 ? untrained() : backbone.weights(Weights.AVERAGED);
    }

    public LogPosition position() {
        return progress.position;
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
        return head.size();
    }

    /** Whether an identity has been trained on, and not erased since. */
    public boolean knows(String identity) {
        return head.rowOf(identity) >= 0;
    }

    /**
     * Begins a new interval of losses, and tells the learning rate how the version did.
     *
     * @param auc on the holdout, NaN when the version was not judged
     */
    public void versionMade(double auc) {
        backbone.judged(auc);
        progress.losses.reset();
        progress.divergence.versionMade();
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
        boolean next = progress.position.check(task, sequence) == LogPosition.Order.NEXT;
        if (next) {
            step(batch, task);
            progress.position.trained(task, sequence, batch.source().getHoldoutRecords());
        }
        progress.position.setNextOffset(offset + 1);
        return next;
    }

    /** Forgets an identity: its row, its momentum, and what other tasks still send of it. */
    public void erase(Erasure erasure, long offset) {
        if (progress.position.check(erasure.getTask(), erasure.getSequence()) == LogPosition.Order.NEXT) {
            objective.erase(erasure.getIdentity());
            progress.position.erased(erasure.getTask(), erasure.getSequence());
            progress.erasures.complied(erasure.getIdentity(), erasure.getTask());
        }
        progress.position.setNextOffset(offset + 1);
    }

    /** Writes the whole training state. */
    public void save(DataOutput out) throws IOException {
        out.writeUTF(backbone.spec().name());
        out.writeLong(config.seed());
        out.writeInt(backbone.backend().threads());
        progress.save(out);
        objective.save(out);
        backbone.save(out);
    }

    /**
     * Goes on from a saved state.
     *
     * @throws IOException if it is of another network or seed
     */
    public void load(DataInput in) throws IOException {
        checkOrigin(in);
        progress.load(in);
        objective.load(in);
        backbone.load(in);
    }

    /**
     * Returns to the weights of a version after training has diverged. The position in the log, the counters and the learning rate go
     * on, the optimiser's moments are cleared, and who was erased since stays so.
     *
     * @param in what {@link #save} wrote for the version
     * @param version for messages
     * @throws TrainingException if the weights did so already since {@link #versionMade}
     * @throws IOException if the state is of another network or seed
     */
    public void returnTo(DataInput in, long version) throws IOException {
        progress.divergence.returning("version " + version);
        checkOrigin(in);
        new Progress(config.loss().maxDivergedSteps()).load(in); // Where training was then is of no interest.
        objective.restore(in);
        try (Backbone saved = newBackbone()) { // A second one, as the step counter of this one goes on.
            saved.load(in);
            backbone.restore(saved.weights(Weights.TRAINED), saved.weights(Weights.AVERAGED));
        }
    }

    /**
     * As {@link #returnTo}, before the first version.
     *
     * @throws TrainingException if the weights did so already
     */
    public void returnToUntrained() throws IOException {
        progress.divergence.returning("the untrained network's");
        objective.restore(new DataInputStream(new ByteArrayInputStream(untrainedObjective)));
        backbone.restore(untrained, untrained);
    }

    @Override
    public void close() {
        lanes.close();
        backbone.close();
    }

    private void step(PreparedBatch batch, String task) {
        progress.skippedCrops += batch.undecodable();
        List<String> identities = withoutErased(batch, task);
        progress.batches++;
        if (identities.size() < 2) {
            return; // Batch norm has no variance to go by.
        }
        long stepSeed = stepSeed(batch);
        objective.batch(identities, stepSeed);
        StepResult result = backbone.step(batch.crops(), identities.size(), stepSeed, objective);
        progress.learningRate = result.learningRate();
        progress.crops += identities.size();
        progress.divergence.step(result.skipped());
        if (result.skipped()) {
            progress.skippedSteps++;
        } else {
            progress.losses.add(result.loss());
        }
    }

    /** Moves the crops that stay to the front, where some are of an identity that is to be forgotten. */
    private List<String> withoutErased(PreparedBatch batch, String task) {
        if (progress.erasures.isEmpty()) {
            return batch.identities();
        }
        int cropLength = backbone.spec().cropLength();
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

    private Backbone newBackbone() {
        return Backbones.create(
                config.backbone(), config.seed(), config.optimizer(), config.threads(), config.device());
    }

    private void checkOrigin(DataInput in) throws IOException {
        String name = in.readUTF();
        long seed = in.readLong();
        if (!name.equals(backbone.spec().name()) || seed != config.seed()) {
            throw new IOException("it is of backbone %s with seed %d, the configuration says %s with seed %d"
                    .formatted(name, seed, backbone.spec().name(), config.seed()));
        }
        int threads = in.readInt();
        if (threads != backbone.backend().threads()) {
            throw new IOException(
                    "it was made with learner.threads=%d, the configuration says %d; another number gives other bits"
                            .formatted(threads, backbone.backend().threads()));
        }
    }

    private byte[] savedObjective() {
        var bytes = new ByteArrayOutputStream();
        try {
            objective.save(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
