package io.rangestream.learner.training;

import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.Backbones;
import io.rangestream.learner.backbone.Weights;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.config.TrainingSettings;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is trained: the network, the head and what the losses keep, as the configuration says. Not thread-safe. */
final class Model implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Model.class);

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
        config.training().save(out);
        out.writeInt(backbone.backend().threads());
        objective.save(out);
        backbone.save(out);
    }

    /** @throws IOException if it is of another network, seed, optimiser or loss; then nothing has changed */
    void load(DataInput in) throws IOException {
        tellChanges(readOrigin(in));
        objective.load(in);
        backbone.load(in);
    }

    /**
     * Takes the weights of what {@link #save} wrote, and clears the optimiser's moments; its step counter goes on.
     *
     * @param erasedSince whether somebody was erased since; what was learned of them before is not taken
     */
    void returnTo(DataInput in, Predicate<String> erasedSince) throws IOException {
        readOrigin(in);
        objective.restore(in, erasedSince);
        try (Backbone saved = newBackbone()) { // A second one, as this one would take the step counter along.
            saved.load(in);
            backbone.restore(saved.weights(Weights.TRAINED), saved.weights(Weights.AVERAGED));
        }
    }

    /**
     * Takes all that {@link #save} wrote, the optimiser included.
     *
     * @param erasedSince whether somebody was erased since; what was learned of them before is not taken
     */
    void resume(DataInput in, Predicate<String> erasedSince) throws IOException {
        readOrigin(in);
        objective.loadWithout(in, erasedSince);
        backbone.load(in);
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

    /** What a state was made with. */
    record Origin(TrainingSettings settings, int threads) {
        static Origin read(DataInput in) throws IOException {
            return new Origin(TrainingSettings.load(in), in.readInt());
        }

        /** What keeps a configuration from going on with the state, in one line. */
        Optional<String> contradiction(LearnerConfig config) {
            return config.training().contradictions(settings).stream()
                    .findFirst()
                    .map(change -> "it was made with %s=%s, the configuration says %s"
                            .formatted(change.key(), change.saved(), change.configured()));
        }
    }

    private Origin readOrigin(DataInput in) throws IOException {
        Origin origin = Origin.read(in);
        Optional<String> contradiction = origin.contradiction(config);
        if (contradiction.isPresent()) {
            throw new IOException(contradiction.get());
        }
        return origin;
    }

    private void tellChanges(Origin origin) {
        int threads = backbone.backend().threads();
        if (origin.threads() != threads) {
            log.warn(
                    "the checkpoint was made with {}={} and training goes on with {}: no longer bit by bit what it would have been",
                    LearnerConfig.THREADS,
                    origin.threads(),
                    threads);
        }
        config.training()
                .changes(origin.settings())
                .forEach(change -> log.info(
                        "{} is {} from here on; the checkpoint was made with {}",
                        change.key(),
                        change.configured(),
                        change.saved()));
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
