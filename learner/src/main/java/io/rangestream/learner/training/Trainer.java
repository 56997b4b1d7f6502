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
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
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
    private final long seed;
    private final float[] untrained;

    private final LogPosition position = new LogPosition();
    private final PendingErasures erasures = new PendingErasures();
    private final LossMeans losses = new LossMeans();
    private long batches;
    private long crops;
    private long skippedSteps;
    private long skippedCrops;
    private double learningRate;

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
        backbone = Backbones.create(
                config.backbone(), config.seed(), config.optimizer(), config.threads(), config.device());
        lanes = new Lanes(config.threads());
        int dim = backbone.spec().embeddingDim();
        head = new ClassHead(dim, config.head(), config.optimizer(), lanes);
        objective = new JointObjective(
                dim,
                config.loss().terms().classification().toString(),
                head,
                config.loss().embeddingLosses());
        seed = config.seed();
        untrained = backbone.weights(Weights.TRAINED);
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
        return batches == 0 ? untrained() : backbone.weights(Weights.AVERAGED);
    }

    public LogPosition position() {
        return position;
    }

    public Counters counters() {
        return new Counters(batches, crops, skippedSteps, skippedCrops);
    }

    /** Means of the loss terms since {@link #versionMade}. */
    public LossTerms meanLosses() {
        return losses.means();
    }

    /** Learning rate of the last step. */
    public double learningRate() {
        return learningRate;
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
        losses.reset();
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
        boolean next = position.check(task, sequence) == LogPosition.Order.NEXT;
        if (next) {
            step(batch, task);
            position.trained(task, sequence, batch.source().getHoldoutRecords());
        }
        position.setNextOffset(offset + 1);
        return next;
    }

    /** Forgets an identity: its row, its momentum, and what other tasks still send of it. */
    public void erase(Erasure erasure, long offset) {
        if (position.check(erasure.getTask(), erasure.getSequence()) == LogPosition.Order.NEXT) {
            objective.erase(erasure.getIdentity());
            position.erased(erasure.getTask(), erasure.getSequence());
            erasures.complied(erasure.getIdentity(), erasure.getTask());
        }
        position.setNextOffset(offset + 1);
    }

    /** Writes the whole training state. */
    public void save(DataOutput out) throws IOException {
        out.writeUTF(backbone.spec().name());
        out.writeLong(seed);
        out.writeInt(backbone.backend().threads());
        position.save(out);
        erasures.save(out);
        losses.save(out);
        out.writeLong(batches);
        out.writeLong(crops);
        out.writeLong(skippedSteps);
        out.writeLong(skippedCrops);
        out.writeDouble(learningRate);
        objective.save(out);
        backbone.save(out);
    }

    /**
     * Goes on from a saved state.
     *
     * @throws IOException if it is of another network or seed
     */
    public void load(DataInput in) throws IOException {
        String name = in.readUTF();
        long savedSeed = in.readLong();
        if (!name.equals(backbone.spec().name()) || savedSeed != seed) {
            throw new IOException("it is of backbone %s with seed %d, the configuration says %s with seed %d"
                    .formatted(name, savedSeed, backbone.spec().name(), seed));
        }
        int threads = in.readInt();
        if (threads != backbone.backend().threads()) {
            throw new IOException(
                    "it was made with learner.threads=%d, the configuration says %d; another number gives other bits"
                            .formatted(threads, backbone.backend().threads()));
        }
        position.load(in);
        erasures.load(in);
        losses.load(in);
        batches = in.readLong();
        crops = in.readLong();
        skippedSteps = in.readLong();
        skippedCrops = in.readLong();
        learningRate = in.readDouble();
        objective.load(in);
        backbone.load(in);
    }

    @Override
    public void close() {
        lanes.close();
        backbone.close();
    }

    private void step(PreparedBatch batch, String task) {
        skippedCrops += batch.undecodable();
        List<String> identities = withoutErased(batch, task);
        batches++;
        if (identities.size() < 2) {
            return; // Batch norm has no variance to go by.
        }
        long stepSeed = stepSeed(batch);
        objective.batch(identities, stepSeed);
        StepResult result = backbone.step(batch.crops(), identities.size(), stepSeed, objective);
        learningRate = result.learningRate();
        crops += identities.size();
        if (result.skipped()) {
            skippedSteps++;
        } else {
            losses.add(result.loss());
        }
    }

    /** Moves the crops that stay to the front, where some are of an identity that is to be forgotten. */
    private List<String> withoutErased(PreparedBatch batch, String task) {
        if (erasures.isEmpty()) {
            return batch.identities();
        }
        int cropLength = backbone.spec().cropLength();
        var staying = new ArrayList<String>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            String identity = batch.identities().get(i);
            if (!erasures.excludes(identity, task)) {
                System.arraycopy(batch.crops(), i * cropLength, batch.crops(), staying.size() * cropLength, cropLength);
                staying.add(identity);
            }
        }
        return staying;
    }

    private long stepSeed(PreparedBatch batch) {
        long task = batch.source().getTask().hashCode();
        return (seed * 0x9E3779B97F4A7C15L) ^ (task << 40) ^ batch.source().getSequence();
    }
}
