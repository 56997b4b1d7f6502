package io.rangestream.learner;

import io.rangestream.avro.Erasure;
import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.batch.BatchPreparer;
import io.rangestream.learner.batch.CropCache;
import io.rangestream.learner.batch.PreparedBatch;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.evaluation.Founder;
import io.rangestream.learner.evaluation.HoldoutEvaluator;
import io.rangestream.learner.evaluation.HoldoutReader;
import io.rangestream.learner.evaluation.PromotionGate;
import io.rangestream.learner.evaluation.SpaceRule;
import io.rangestream.learner.evaluation.SpaceRule.Space;
import io.rangestream.learner.orders.OrderDesk;
import io.rangestream.learner.orders.OrderRules;
import io.rangestream.learner.publish.GroupMembership;
import io.rangestream.learner.publish.ModelPublisher;
import io.rangestream.learner.publish.Succession;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.training.Trainer;
import io.rangestream.learner.training.TrainingException;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time between getting the batches partition and giving it up: the state is restored, batches are trained on, versions
 * are published. Belongs to its {@link TrainingThread}.
 */
final class TrainingSession implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TrainingSession.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final LearnerConfig config;
    private final Owned owned = new Owned();
    private final TopicPartition partition;
    private final Trainer trainer;
    private final CropCache cache;
    private final BatchPreparer preparer;
    private final CheckpointStore checkpoints;
    private final HoldoutReader holdout;
    private final HoldoutEvaluator evaluator;
    private final PromotionGate gate;
    private final SpaceRule spaceRule;
    private final ModelPublisher publisher;
    private final VersionHistory history;
    private final Lineage lineage;
    private final OrderDesk orders;
    private final UpdateDraft draft;
    private final Deserializer<SpecificRecord> deserializer;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private long batchesSinceVersion;
    private long lastVersionNanos = System.nanoTime();

    /** A record of the log that waits for its turn; a batch is being prepared meanwhile. */
    private sealed interface Pending {
        record Batch(long offset, Future<PreparedBatch> prepared) implements Pending {}

        record Forget(long offset, Erasure erasure) implements Pending {}
    }

    /** @param group looked at once more before others are fenced */
    TrainingSession(
            LearnerClients clients,
            CheckpointStore checkpoints,
            LearnerConfig config,
            String model,
            GroupMembership group) {
        this.config = config;
        this.checkpoints = checkpoints;
        try {
            this.partition = new TopicPartition(clients.topics().batches(), 0);
            this.trainer = owned.add(new Trainer(config));
            Backbone backbone = trainer.backbone();
            log.info("training {} on {}", backbone.spec(), backbone.backend());
            this.cache = new CropCache(config.cacheBytes());
            this.preparer = owned.add(new BatchPreparer(
                    backbone.spec().inputSize(), config.maxFacePixels(), config.seed(), cache, config.augmentation()));
            Producer<String, @Nullable SpecificRecord> producer = clients.publisher();
            owned.add(() -> producer.close(CLOSE_TIMEOUT));
            group.current(); // Or it is another learner that would be fenced.
            producer.initTransactions(); // From here on no other learner of this model can publish.
            this.history = clients.history();
            this.lineage = Lineage.restore(trainer, checkpoints, history);
            this.batchesSinceVersion = trainer.counters().batches()
                    - history.find(lineage.version())
                            .map(v -> v.getTraining().getBatches())
                            .orElse(0L);
            this.holdout = owned.add(clients.holdout());
            LearnerConfig.Evaluation evaluation = config.evaluation();
            this.evaluator = new HoldoutEvaluator(
                    backbone,
                    trainer.untrained(),
                    evaluation.maxFaces(),
                    evaluation.maxPairsPerIdentity(),
                    config.seed(),
                    new HoldoutDecoder(preparer));
            evaluator.setPromoted(lineage.promotedVersion(), lineage.promotedWeights());
            this.gate = new PromotionGate(evaluation.minPairs(), evaluation.tolerance(), evaluation.approval());
            this.spaceRule = new SpaceRule(evaluation.minPairs(), evaluation.compatibilityTolerance());
            compareWithFounders(trainer, evaluator, lineage.founders());
            this.publisher = clients.publisherOf(producer, clients.claimCheck().map(owned::add), history);
            this.orders = owned.add(new OrderDesk(
                    clients.orders(),
                    clients.topics().modelOrders(),
                    new OrderRules(version -> lineage.objectionToResuming(version, checkpoints)),
                    publisher,
                    history));
            this.draft = new UpdateDraft(model, trainer, config.seed(), partition);
            this.deserializer = clients.batchSerde().deserializer();
        } catch (RuntimeException | Error e) {
            owned.close(); // Nobody else can, as this will not be a session.
            throw e;
        }
    }

    Trainer trainer() {
        return trainer;
    }

    long version() {
        return lineage.version();
    }

    /** Offset to read from; negative for a model that begins now. */
    long nextOffset() {
        return trainer.position().nextOffset();
    }

    /** Records taken in and not trained on yet. */
    int backlog() {
        return pending.size();
    }

    CropCache.Usage cacheUsage() {
        return cache.usage();
    }

    /** Takes in the next record of the log. */
    void accept(ConsumerRecord<String, byte[]> record) {
        SpecificRecord value;
        try {
            value = deserializer.deserialize(record.topic(), record.value());
        } catch (UndecodableRecordException e) {
            throw new TrainingException(
                    "%s offset %d cannot be read: %s".formatted(record.topic(), record.offset(), e.getMessage()), e);
        }
        if (value instanceof TrainingBatch batch) {
            pending.add(new Pending.Batch(record.offset(), preparer.prepare(batch)));
        } else if (value instanceof Erasure erasure) {
            pending.add(new Pending.Forget(record.offset(), erasure));
        }
    }

    /** Deals with the first record taken in. */
    void step() {
        Pending next = pending.remove();
        if (next instanceof Pending.Batch batch) {
            PreparedBatch prepared = await(batch.prepared());
            if (trainer.train(prepared, batch.offset())) {
                batchesSinceVersion++;
                if (trainer.isDiverged()) {
                    lineage.returnToVersion(checkpoints);
                }
            }
            preparer.release(prepared);
        } else if (next instanceof Pending.Forget forget) {
            trainer.erase(forget.erasure(), forget.offset());
            cache.erase(forget.erasure().getIdentity());
            holdout.advance(trainer.position().holdout());
            evaluator.forgetOthersThan(holdout.faces().keySet());
            log.info(
                    "sampler task {} erased an identity; its row, its crops and its holdout faces are gone",
                    forget.erasure().getTask());
        }
    }

    /**
     * Whether a version is due, by batches or by the clock. None is while steps are dropped: its checkpoint is what the weights would
     * return to.
     */
    boolean isVersionDue() {
        if (trainer.isDropping()) {
            return false;
        }
        Duration interval = config.publication().maxInterval();
        Duration since = Duration.ofNanos(System.nanoTime() - lastVersionNanos);
        boolean late = !interval.isZero() && since.compareTo(interval) >= 0;
        return batchesSinceVersion >= config.publication().everyBatches() || (late && batchesSinceVersion > 0);
    }

    /** Evaluates, writes the checkpoint, and publishes the next version. */
    ModelUpdate publish(GroupMembership group) {
        long version = history.nextVersion();
        float[] weights = trainer.published();
        holdout.advance(trainer.position().holdout());
        Evaluation evaluation = evaluator.evaluate(weights, holdout.faces(), trainer::knows);
        PromotionGate.Verdict verdict = gate.judge(evaluation);
        Space space = spaceRule.judge(
                version,
                evaluation,
                lineage.founders().stream().map(Founder::version).toList());
        ModelUpdate.Builder update = draft.begin(version, lineage, verdict, evaluation, space);
        boolean promoted = verdict.status() == ModelStatus.PROMOTED;
        long oldest = config.checkpoints().oldest(version, alsoKept(promoted ? version : lineage.promotedVersion()));
        trainer.versionMade(judgedAuc(evaluation), version, oldest);
        lineage.made(version, verdict.status(), weights, space);
        String hash = checkpoints.writeVersion(version, lineage::save);
        lineage.setCheckpointHash(hash);
        update.getTraining().setCheckpointSha256(hash);
        byte[] artifact = trainer.backbone().exportOnnx(weights);
        Succession others = Succession.ofPublishing(
                history, update.build(), config.publication().retain());
        ModelUpdate published = publisher.publish(
                update.build(), artifact, others, Map.of(partition, new OffsetAndMetadata(nextOffset())), group);
        history.add(published);
        others.changed().forEach(history::add);
        if (lineage.promotedVersion() == version) {
            evaluator.setPromoted(version, weights);
            compareWithFounders(trainer, evaluator, lineage.founders());
        }
        checkpoints.discardInHand(); // Who is erased from now on must not stay in it.
        checkpoints.retain(version, config.checkpoints().retain(), alsoKept(lineage.promotedVersion()));
        batchesSinceVersion = 0;
        lastVersionNanos = System.nanoTime();
        log.info(
                "version {} {}: {} crops, {}",
                version,
                verdict.status(),
                trainer.counters().crops(),
                verdict.reason());
        return published;
    }

    /** Versions that the gate may have to compare with later, so that their checkpoints stay though newer ones come. */
    private Set<Long> alsoKept(long promoted) {
        var kept = new HashSet<>(history.candidates());
        if (promoted != 0) {
            kept.add(promoted);
        }
        return kept;
    }

    /** Versions are compared with the founding versions of embedding spaces, and training stays near that of the present one. */
    private static void compareWithFounders(Trainer trainer, HoldoutEvaluator evaluator, List<Founder> founders) {
        evaluator.setFounders(founders);
        trainer.keepComparableWith(founders.isEmpty() ? null : founders.get(0).weights());
    }

    /** Settles what operators have ordered since, and goes on accordingly. */
    void settleOrders() {
        if (orders.settle()) {
            if (lineage.follow(history, checkpoints)) {
                batchesSinceVersion = 0;
            }
            evaluator.setPromoted(lineage.promotedVersion(), lineage.promotedWeights());
            compareWithFounders(trainer, evaluator, lineage.founders());
        }
    }

    /** The AUC that the learning rate may go by; NaN where there are too few pairs for a verdict. */
    private double judgedAuc(Evaluation evaluation) {
        Double auc = evaluation.getAuc();
        boolean judged = auc != null
                && evaluation.getGenuinePairs() >= config.evaluation().minPairs();
        return judged ? auc : Double.NaN;
    }

    /** Writes a checkpoint of where training stands, so that nothing is trained on twice after a stop. */
    void saveInHand() {
        if (nextOffset() >= 0) {
            checkpoints.writeInHand(lineage::save);
        }
    }

    @Override
    public void close() {
        owned.close();
    }

    private static PreparedBatch await(Future<PreparedBatch> prepared) {
        try {
            return prepared.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw new TrainingException("a batch could not be prepared: " + e.getCause(), e);
        }
    }
}
