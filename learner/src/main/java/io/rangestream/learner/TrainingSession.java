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
import io.rangestream.learner.checkpoint.CheckpointException;
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
import io.rangestream.learner.publish.DeadLetters;
import io.rangestream.learner.publish.ModelPublisher;
import io.rangestream.learner.publish.PublishingRight;
import io.rangestream.learner.publish.Succession;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.records.BatchRecords;
import io.rangestream.learner.records.ForeignRecordException;
import io.rangestream.learner.records.LogOrder;
import io.rangestream.learner.records.LogRecord;
import io.rangestream.learner.records.PassedOver;
import io.rangestream.learner.training.Trainer;
import io.rangestream.learner.training.TrainingException;
import io.rangestream.schemas.log.OutageLog;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.UndecodableRecordException;
import io.rangestream.schemas.wire.UnknownSchemaException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time between getting the batches partition and giving it up: the state is restored, batches are trained on, versions
 * are published. Belongs to its {@link TrainingThread}.
 */
final class TrainingSession implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TrainingSession.class);
    /** A writer publishes its schema first, so what is missing now is there in a moment or never. */
    private static final Duration SCHEMA_PATIENCE = Duration.ofSeconds(10);

    private static final Duration BETWEEN_SCHEMA_WAITS = Duration.ofMinutes(10);
    private static final long NEVER = 0;

    private final LearnerConfig config;
    private final Owned owned = new Owned();
    private final TopicCatalogue topics;
    private final TopicPartition partition;
    private final Trainer trainer;
    private final CropCache cache;
    private final BatchPreparer preparer;
    private final CheckpointStore checkpoints;
    private final InHandCheckpoint inHand;
    private final Membership membership;
    private final Retry retry;
    private final PublishingRight right;
    private final HoldoutReader holdout;
    private final HoldoutEvaluator evaluator;
    private final PromotionGate gate;
    private final SpaceRule spaceRule;
    private final ModelPublisher publisher;
    private final VersionHistory history;
    private final Lineage lineage;
    private final OrderDesk orders;
    private final UpdateDraft draft;
    private final BatchRecords records;
    private final PassedOver passedOver;
    private final LogOrder<Work> order;
    private final Deque<ConsumerRecord<String, byte[]>> arrived = new ArrayDeque<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Deque<LogOrder.Item<Work>> due = new ArrayDeque<>();
    /** Per task, the last erasure that a restart would not undo. */
    private Map<String, Long> erasures;

    private boolean hasErased;
    private long batchesSinceVersion;
    private long lastVersionNanos = System.nanoTime();
    private long schemaMissingSince = NEVER;
    private String holdoutWait = "";
    private boolean isDue;
    /** False while a step or a version is being made: nothing of that is written to the checkpoint in hand. */
    private boolean settled = true;

    private long beatAt = System.nanoTime();
    private boolean beatFailed;

    /** What is to be done with a record of the log. A batch is being prepared while it waits for its turn. */
    private sealed interface Work {
        record Train(Future<PreparedBatch> prepared) implements Work {}

        record Forget(Erasure erasure) implements Work {}
    }

    /** A record of the log that waits for its turn. */
    private sealed interface Pending {
        record Sound(LogOrder.Item<Work> item) implements Pending {}

        record Foreign(long offset, String why) implements Pending {}

        record Unreadable(long offset, String task, String why) implements Pending {}
    }

    /**
     * @param membership looked at once more before others are fenced
     * @param waitsFor told what is tried again, while it is
     */
    TrainingSession(
            LearnerClients clients,
            CheckpointStore checkpoints,
            LearnerConfig config,
            String model,
            Membership membership,
            Consumer<String> waitsFor) {
        this.config = config;
        this.checkpoints = checkpoints;
        this.inHand = new InHandCheckpoint(checkpoints, config.checkpoints(), System::nanoTime);
        this.membership = membership;
        this.retry = new Retry(membership, waitsFor);
        try {
            this.topics = clients.topics();
            this.partition = new TopicPartition(topics.batches(), 0);
            this.trainer = owned.add(new Trainer(config));
            Backbone backbone = trainer.backbone();
            log.info("training {} on {}", backbone.spec(), backbone.backend());
            this.cache = new CropCache(config.cacheBytes());
            this.preparer = owned.add(new BatchPreparer(
                    backbone.spec().inputSize(), config.maxFacePixels(), config.seed(), cache, config.augmentation()));
            this.right = owned.add(
                    new PublishingRight(clients::publisher, clients::history, membership, clients::requireHolder));
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
                    new HoldoutDecoder(preparer, trainer::leaveOut));
            evaluator.setPromoted(lineage.promotedVersion(), lineage.promotedWeights());
            this.gate = new PromotionGate(evaluation.minPairs(), evaluation.tolerance(), evaluation.approval());
            this.spaceRule = new SpaceRule(evaluation.minPairs(), evaluation.compatibilityTolerance());
            compareWithFounders(trainer, evaluator, lineage.founders());
            this.publisher =
                    clients.publisherOf(right.producer(), clients.claimCheck().map(owned::add), history);
            this.orders = owned.add(new OrderDesk(
                    clients.orders(),
                    clients.topics().modelOrders(),
                    new OrderRules(
                            version -> lineage.objectionToResuming(version, checkpoints),
                            Optional.of((task, sequence) -> order().objectionToGoingOn(task, sequence))),
                    publisher,
                    history,
                    new OutageLog(log)));
            this.draft = new UpdateDraft(model, trainer, config.seed(), partition);
            this.records = clients.batchRecords(backbone.spec().cropLength());
            this.passedOver = new PassedOver(partition.topic());
            this.order = new LogOrder<>(trainer.position(), passedOver, orders::goesOn);
            this.erasures = trainer.position().erasures();
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

    /** Per task, sequence of the last erasure complied with for good: a checkpoint has it that training would go on from. */
    Map<String, Long> erasures() {
        return erasures;
    }

    /** Records taken in and not trained on yet. */
    int backlog() {
        return arrived.size() + pending.size() + due.size();
    }

    CropCache.Usage cacheUsage() {
        return cache.usage();
    }

    /** What training or the next version waits for besides batches, in one line; empty if they do not. */
    String waitsFor() {
        if (!holdoutWait.isEmpty()) {
            return holdoutWait;
        }
        return order.stop().or(() -> isDue ? order.doubt() : Optional.empty()).orElse("");
    }

    /** Holdout records that were passed over. */
    long foreignHoldoutRecords() {
        return holdout.foreign();
    }

    /** Takes in the next records of the log, and those whose schema was missing. */
    void accept(List<ConsumerRecord<String, byte[]>> next) {
        arrived.addAll(next);
        while (!arrived.isEmpty()) {
            ConsumerRecord<String, byte[]> record = arrived.element();
            if (order.isNew(record.offset())) {
                Pending read = read(record);
                if (read == null) {
                    return;
                }
                pending.add(read);
            }
            arrived.remove();
        }
    }

    /** What a record is; null if that cannot be said yet. */
    private @Nullable Pending read(ConsumerRecord<String, byte[]> record) {
        try {
            LogRecord read = records.read(record);
            Work work = read.value() instanceof TrainingBatch batch
                    ? new Work.Train(preparer.prepare(batch))
                    : new Work.Forget((Erasure) read.value());
            return new Pending.Sound(new LogOrder.Item<>(read, work));
        } catch (ForeignRecordException e) {
            return new Pending.Foreign(record.offset(), String.valueOf(e.getMessage()));
        } catch (UnknownSchemaException e) {
            return mayCome() ? null : unreadable(record, e);
        } catch (UndecodableRecordException e) {
            return unreadable(record, e);
        }
    }

    /** Whether a schema that is missing is waited for: not by each record of a flood. */
    private boolean mayCome() {
        long now = System.nanoTime();
        if (schemaMissingSince == NEVER || now - schemaMissingSince > BETWEEN_SCHEMA_WAITS.toNanos()) {
            schemaMissingSince = now;
        }
        return now - schemaMissingSince < SCHEMA_PATIENCE.toNanos();
    }

    private static Pending unreadable(ConsumerRecord<String, byte[]> record, UndecodableRecordException e) {
        return new Pending.Unreadable(record.offset(), record.key(), String.valueOf(e.getMessage()));
    }

    /**
     * Deals with the first record taken in.
     *
     * @return false if there is none that can be dealt with now
     */
    boolean step() {
        boolean stepped = deal();
        if (hasErased && !(stepped && isErasureNext())) {
            retry.until("writing the checkpoint that has an erasure in it", () -> {
                if (!membership.isFresh()) {
                    throw CheckpointException.unavailable("the group has not answered for a while", null);
                }
                inHand.write(lineage::save); // In the place of one that has the row.
                return true;
            });
            noteErasures();
        }
        return stepped;
    }

    /** Several in a row take one checkpoint. */
    private boolean isErasureNext() {
        LogOrder.Item<Work> next = due.peek();
        if (next == null && pending.peek() instanceof Pending.Sound sound) {
            next = sound.item();
        }
        return next != null && next.work() instanceof Work.Forget;
    }

    private void noteErasures() {
        erasures = trainer.position().erasures();
        hasErased = false;
    }

    private boolean deal() {
        if (isVersionDue() || (due.isEmpty() && !judge())) {
            return false; // A version says how good training is after just so many batches.
        }
        LogOrder.Item<Work> next = due.peek();
        if (next != null && !perform(next)) {
            return false;
        }
        due.poll();
        return true;
    }

    /** Finds out what is due by the next record; false if there is none, or training stops. */
    private boolean judge() {
        Pending next = pending.peek();
        if (next == null || (order.stop().isPresent() && !isStopRefuted())) {
            return false;
        }
        boolean again = false;
        if (next instanceof Pending.Foreign foreign) {
            order.foreign(foreign.offset(), foreign.why());
        } else if (next instanceof Pending.Unreadable unreadable) {
            order.unreadable(unreadable.offset(), unreadable.task(), unreadable.why());
        } else if (next instanceof Pending.Sound sound) {
            LogOrder.Verdict<Work> verdict = order.judge(sound.item());
            due.addAll(verdict.due());
            again = verdict.again();
        }
        if (!again) {
            pending.remove();
        }
        return order.stop().isEmpty();
    }

    /** Whether the records at which training stopped turn out foreign by what has been taken in behind them. */
    private boolean isStopRefuted() {
        return pending.stream()
                .anyMatch(later -> later instanceof Pending.Sound sound
                        && order.endsStop(sound.item().record()));
    }

    private boolean perform(LogOrder.Item<Work> item) {
        long offset = item.record().offset();
        if (item.work() instanceof Work.Train batch) {
            PreparedBatch prepared = await(batch.prepared());
            settled = false;
            if (trainer.train(prepared, offset)) {
                batchesSinceVersion++;
                inHand.trained();
                if (trainer.isDiverged()) {
                    retry.until("returning to the last version", () -> {
                        lineage.returnToVersion(checkpoints);
                        return true;
                    });
                }
            }
            preparer.release(prepared);
        } else if (item.work() instanceof Work.Forget forget) {
            Erasure erasure = forget.erasure();
            var upTo = new HashMap<>(trainer.position().holdout());
            upTo.merge(erasure.getTask(), erasure.getHoldoutRecords(), Math::max);
            if (!reachHoldout(() -> holdout.advanceForErasure(upTo))) {
                return false; // Not complied with before the held out faces are gone, too.
            }
            settled = false;
            trainer.erase(erasure, offset);
            cache.erase(erasure.getIdentity());
            evaluator.forgetOthersThan(holdout.faces().keySet());
            hasErased = true;
            log.info(
                    "sampler task {} erased an identity; its row, its crops and its holdout faces are gone",
                    erasure.getTask());
        }
        settled = true;
        return true;
    }

    private boolean reachHoldout(BooleanSupplier advance) {
        try {
            boolean reached = advance.getAsBoolean();
            holdoutWait = reached
                    ? ""
                    : "records of %s that the batches name cannot be read yet: the broker holds them back, as it does behind an open transaction, which it ends after transaction.timeout.ms. Training waits"
                            .formatted(holdout.topic());
            return reached;
        } catch (RetriableException e) {
            holdoutWait = "%s cannot be read, and is tried again: %s".formatted(holdout.topic(), e.getMessage());
            return false;
        }
    }

    /** Whether everything is there that the version that is due takes. */
    boolean mayPublish() {
        return reachHoldout(() -> holdout.advance(trainer.position().holdout()));
    }

    /** Writes a checkpoint between versions when one is due. */
    void saveWhenDue(Membership membership) {
        // Whoever has stood still may not have the partition any more, and the checkpoint is another learner's to
        // write.
        if (inHand.isDue() && membership.isFresh()) {
            inHand.tryWriting(lineage::save);
        }
    }

    /**
     * Whether a version is due, by batches or by the clock. None is while steps are dropped: its checkpoint is what the weights would
     * return to; nor while a record is in doubt, as the version's offset would be behind it.
     */
    boolean isVersionDue() {
        if (trainer.isDropping() || batchesSinceVersion == 0) {
            return false;
        }
        Duration interval = config.publication().maxInterval();
        Duration since = Duration.ofNanos(System.nanoTime() - lastVersionNanos);
        boolean late = !interval.isZero() && since.compareTo(interval) >= 0;
        isDue = late || batchesSinceVersion >= config.publication().everyBatches();
        return isDue && trainer.position().isProven();
    }

    /** Evaluates, writes the checkpoint, and publishes the next version. Only if it {@linkplain #mayPublish may}. */
    ModelUpdate publish() {
        long version = history.nextVersion();
        float[] weights = trainer.published();
        Evaluation evaluation = evaluator.evaluate(weights, holdout.faces(), trainer::knows);
        PromotionGate.Verdict verdict = gate.judge(evaluation);
        Space space = spaceRule.judge(
                version,
                evaluation,
                lineage.founders().stream().map(Founder::version).toList());
        ModelUpdate.Builder update = draft.begin(version, lineage, verdict, evaluation, space);
        boolean promoted = verdict.status() == ModelStatus.PROMOTED;
        long oldest = config.checkpoints().oldest(version, alsoKept(promoted ? version : lineage.promotedVersion()));
        var letters = trainer.leftOut().stream()
                .map(face -> DeadLetters.of(face, topics))
                .toList();
        settled = false;
        trainer.versionMade(judgedAuc(evaluation), version, oldest);
        lineage.made(version, verdict.status(), weights, space);
        String hash = retry.until(
                "writing the checkpoint of version " + version, () -> checkpoints.writeVersion(version, lineage::save));
        lineage.setCheckpointHash(hash);
        update.getTraining().setCheckpointSha256(hash);
        byte[] artifact = trainer.backbone().exportOnnx(weights);
        Succession others = Succession.ofPublishing(
                history, update.build(), config.publication().retain());
        ModelUpdate made = update.build();
        var offsets = Map.of(partition, new OffsetAndMetadata(nextOffset()));
        ModelUpdate published = retry.until(
                "publishing version " + version,
                () -> right.publish(publisher, history, made, artifact, others, letters, offsets));
        if (lineage.promotedVersion() == version) {
            evaluator.setPromoted(version, weights);
            compareWithFounders(trainer, evaluator, lineage.founders());
        }
        inHand.versionMade();
        retain(version);
        settled = true;
        batchesSinceVersion = 0;
        lastVersionNanos = System.nanoTime();
        beatAt = lastVersionNanos; // Who follows knows then that this is the newest.
        log.info(
                "version {} {}: {} crops, {}",
                version,
                verdict.status(),
                trainer.counters().crops(),
                verdict.reason());
        return published;
    }

    private void retain(long version) {
        try {
            checkpoints.retain(version, config.checkpoints().retain(), alsoKept(lineage.promotedVersion()));
        } catch (CheckpointException e) {
            log.warn("checkpoints that nobody needs any more stay until the next version: {}", e.getMessage());
        }
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
            if (retry.until("following an order", () -> lineage.follow(history, checkpoints))) {
                batchesSinceVersion = 0;
            }
            evaluator.setPromoted(lineage.promotedVersion(), lineage.promotedWeights());
            compareWithFounders(trainer, evaluator, lineage.founders());
            due.addAll(order.goOn());
        }
    }

    /** Tells followers that nothing newer is kept from them, when it is time to. That it fails is no reason to stop: a version would say so. */
    void beat() {
        Duration interval = config.publication().heartbeat();
        if (interval.isZero() || System.nanoTime() - beatAt < 0) {
            return;
        }
        beatAt = System.nanoTime() + interval.toNanos();
        try {
            publisher.heartbeat(Instant.now().truncatedTo(ChronoUnit.MILLIS));
            beatFailed = false;
        } catch (KafkaException e) {
            if (Fencing.isBehind(e)) {
                throw e;
            }
            if (!beatFailed) {
                log.warn(
                        "no heartbeat could be published; followers may say that they hear nothing: {}",
                        e.getMessage());
            }
            beatFailed = true;
        }
    }

    /** Asked for by the rules of orders, which are there before the log is read. */
    private LogOrder<Work> order() {
        return order;
    }

    /** The AUC that the learning rate may go by; NaN where there are too few pairs for a verdict. */
    private double judgedAuc(Evaluation evaluation) {
        Double auc = evaluation.getAuc();
        boolean judged = auc != null
                && evaluation.getGenuinePairs() >= config.evaluation().minPairs();
        return judged ? auc : Double.NaN;
    }

    /** Whether no step and no version is half made, so that the state in memory continues the last version. */
    boolean isSettled() {
        return settled;
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
