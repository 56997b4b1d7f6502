package io.rangestream.learner.training;

import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.Backbones;
import io.rangestream.learner.backbone.Weights;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.head.ClassHead;
import io.rangestream.learner.head.JointObjective;
import io.rangestream.learner.loss.CompatibilityLoss;
import io.rangestream.learner.loss.LossSum;
import io.rangestream.learner.parallel.Lanes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Predicate;

/** What is trained: the network, the head and what the losses keep, as the configuration says. Not thread-safe. */
final class Model implements AutoCloseable {
    private final LearnerConfig config;
    private final Backbone backbone;
    private final Lanes lanes;
    private final ClassHead head;
    private final JointObjective objective;
    private final Optional<Teacher> teacher;
    private final float[] untrained;
    private final byte[] untrainedObjective;

    Model(LearnerConfig config) {
        this.config = config;
        backbone = newBackbone();
        lanes = new Lanes(config.threads());
        int dim = backbone.spec().embeddingDim();
        head = new ClassHead(dim, config.head(), config.optimizer(), lanes);
        LossSum losses = config.loss().embeddingLosses();
        if (config.loss().compatibility() > 0) {
            var compatibility = new CompatibilityLoss(config.loss().compatibility());
            losses = losses.and(compatibility);
            teacher = Optional.of(new Teacher(backbone, compatibility));
        } else {
            teacher = Optional.empty();
        }
        objective =
                new JointObjective(dim, config.loss().terms().classification().toString(), head, losses);
        untrained = backbone.weights(Weights.TRAINED);
        untrainedObjective = savedObjective();
    }

    Backbone backbone() {
        return backbone;
    }

    ClassHead head() {
        return head;
    }

    JointObjective objective() {
        return objective;
    }

    /** The older version that embeddings are to stay comparable with; empty if they need not. */
    Optional<Teacher> teacher() {
        return teacher;
    }

    /** Weights of the network before its first step. */
    float[] untrained() {
        return untrained.clone();
    }

    void save(DataOutput out) throws IOException {
        out.writeUTF(backbone.spec().toString());
        out.writeLong(config.seed());
        out.writeInt(backbone.backend().threads());
        out.writeUTF(config.loss().terms().toString());
        objective.save(out);
        backbone.save(out);
    }

    /** @throws IOException if it is of another network, seed, thread count or loss; then nothing has changed */
    void load(DataInput in) throws IOException {
        checkOrigin(in);
        objective.load(in);
        backbone.load(in);
    }

    /**
     * Takes the weights of what {@link #save} wrote, and clears the optimiser's moments; its step counter goes on.
     *
     * @param erasedSince whether somebody was erased since; what was learned of them before is not taken
     */
    void returnTo(DataInput in, Predicate<String> erasedSince) throws IOException {
        checkOrigin(in);
        objective.restore(in, erasedSince);
        try (Backbone saved = newBackbone()) { // A second one, as this one would take the step counter along.
            saved.load(in);
            backbone.restore(saved.weights(Weights.TRAINED), saved.weights(Weights.AVERAGED));
        }
    }

    /** As {@link #returnTo} with what was before the first step. */
    void returnToUntrained() throws IOException {
        objective.restore(new DataInputStream(new ByteArrayInputStream(untrainedObjective)), identity -> false);
        backbone.restore(untrained, untrained);
    }

    @Override
    public void close() {
        lanes.close();
        backbone.close();
    }

    private Backbone newBackbone() {
        return Backbones.create(
                config.backbone(), config.seed(), config.optimizer(), config.threads(), config.device());
    }

    private void checkOrigin(DataInput in) throws IOException {
        String saved = in.readUTF();
        long seed = in.readLong();
        if (!saved.equals(backbone.spec().toString()) || seed != config.seed()) {
            throw new IOException("it is of backbone %s with seed %d, the configuration says %s with seed %d"
                    .formatted(saved, seed, backbone.spec(), config.seed()));
        }
        int threads = in.readInt();
        if (threads != backbone.backend().threads()) {
            throw new IOException(
                    "it was made with learner.threads=%d, the configuration says %d; another number gives other bits"
                            .formatted(threads, backbone.backend().threads()));
        }
        String loss = in.readUTF();
        String configured = config.loss().terms().toString();
        if (!loss.equals(configured)) {
            throw new IOException(
                    "it was made with loss=%s, the configuration says %s; what one has learned does not fit the other"
                            .formatted(loss, configured));
        }
    }

    private byte[] savedObjective() {
        var bytes = new ByteArrayOutputStream();
        try {
            objective.save(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Memory is written to.
        }
        return bytes.toByteArray();
    }
}
