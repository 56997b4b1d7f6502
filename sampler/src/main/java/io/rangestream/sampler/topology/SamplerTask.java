package io.rangestream.sampler.topology;

import io.rangestream.avro.BufferStatistics;
import io.rangestream.avro.Erasure;
import io.rangestream.sampler.config.LabelChecks;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.buffer.FaceBuffers;
import io.rangestream.sampler.internal.buffer.FormerNames;
import io.rangestream.sampler.internal.buffer.HoldoutLedger;
import io.rangestream.sampler.internal.buffer.IdentityIndex.Outcome;
import io.rangestream.sampler.internal.buffer.Retraction;
import io.rangestream.sampler.internal.buffer.RetractionLog;
import io.rangestream.sampler.internal.buffer.TaskState;
import io.rangestream.sampler.internal.draw.Credit;
import io.rangestream.sampler.internal.draw.DrawRandom;
import io.rangestream.sampler.internal.draw.DrawableIdentities;
import io.rangestream.sampler.internal.intake.Intake;
import io.rangestream.sampler.internal.intake.RejectedFaceException;
import io.rangestream.sampler.internal.intake.Request;
import io.rangestream.sampler.split.StableHash;
import io.rangestream.sampler.topology.TaskBoard.Event;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task: takes in the faces of one partition and lets batches, holdout faces and erasures out. Unless {@link TaskPace}
 * says otherwise, what leaves is a function of what arrived; no clock and no other task has a say in it.
 */
final class SamplerTask {
    private static final Logger log = LoggerFactory.getLogger(SamplerTask.class);

    private final SamplerConfig config;
    private final Intake intake;
    private final BatchWriter writer;
    private final RecordCodec erasures = new RecordCodec(List.of(), SchemaSource.NONE);
    private final TaskBoard board;
    private final Credit credit;
    private final ProcessorContext<byte[], byte[]> context;
    private final String task;
    private final KeyValueStore<Bytes, byte[]> stateStore;
    private final FaceBuffers buffers;
    private final HoldoutLedger holdout;
    private final FormerNames formerNames;
    private final RetractionLog retractions;
    private final TaskPace pace;
    private final TaskInput input;
    private final TaskLabels labels;
    private TaskState state;

    /** Opens the task's stores, which are restored by now, and rebuilds from them what is kept in memory. */
    SamplerTask(
            SamplerConfig config,
            SchemaSource schemas,
            TaskBoard board,
            LearnerDistance learner,
            LogStart start,
            ProcessorContext<byte[], byte[]> context) {
        long began = System.nanoTime();
        this.config = config;
        this.intake = new Intake(config, schemas);
        this.writer = new BatchWriter(config, schemas);
        this.board = board;
        this.credit = Credit.of(config.replayRatio(), config.cropsPerBatch());
        this.context = context;
        this.task = context.taskId().toString();
        this.stateStore = context.getStateStore(SamplerTopology.TASK_STORE);
        this.buffers = new FaceBuffers(
                context.getStateStore(SamplerTopology.INDEX_STORE),
                context.getStateStore(SamplerTopology.FACES_STORE),
                stateStore,
                config);
        board.show(task, buffers.sizes());
        this.holdout = new HoldoutLedger(context.getStateStore(SamplerTopology.HOLDOUT_STORE));
        this.formerNames = new FormerNames(
                stateStore,
                context.getStateStore(SamplerTopology.INDEX_STORE),
                context.getStateStore(SamplerTopology.HOLDOUT_STORE));
        this.retractions = new RetractionLog(stateStore);
        this.state = loadState(stateStore, config);
        this.pace = new TaskPace(config, credit, learner, board, task, stateStore);
        this.input = new TaskInput(context.taskId().partition(), start, board);
        this.labels = new TaskLabels(config.labels(), stateStore, board);
        if (pace.looks()) {
            context.schedule(TaskPace.LOOK, PunctuationType.WALL_CLOCK_TIME, now -> look());
        }
        report();
        log.info(
                "task {} has {} identities with {} faces and goes on after sequence {}; stores opened in {} ms",
                task,
                buffers.drawable().identities(),
                buffers.drawable().kept(),
                state.sequence(),
                Duration.ofNanos(System.nanoTime() - began).toMillis());
    }

    /** @throws RejectedFaceException if the record cannot be used; then nothing but counts has changed, see {@link #refused} */
    void process(Record<byte[], byte[]> record, Request request) {
        settleNames();
        labels.settle();
        pace.recordCame();
        if (request instanceof Request.Add add) {
            TaskLabels.Looked picture = labels.look(
                    add,
                    rank(add.identity(), add.faceId()),
                    record.headers().lastHeader(SamplerTopology.HEADER_CORRECTION) != null);
            if (labels.refuses(picture)) {
                state = state.withLabels(labels.refused(state.labels()));
                throw new RejectedFaceException(
                        "the same picture came under another identity (%s=refuse)".formatted(LabelChecks.CONFLICT));
            }
            arrived();
            add(add, picture, OriginalTime.of(record.headers()));
        } else if (request instanceof Request.Retract retract) {
            arrived();
            retract(retract);
        } else {
            arrived();
            erase(request.identity());
        }
        state.save(stateStore);
        report();
    }

    /** Notes that the record in hand was refused. */
    void refused() {
        arrived();
        state.save(stateStore);
        report();
    }

    private void arrived() {
        state = state.withInput(input.arrived(state.input(), offset(), context.currentSystemTimeMs()));
    }

    private long offset() {
        return context.recordMetadata().map(RecordMetadata::offset).orElse(-1L);
    }

    /** Reading changes nothing, so whatever goes wrong there makes a dead letter and costs no transaction. */
    Request read(Record<byte[], byte[]> record) {
        try {
            return intake.read(record.key(), record.value());
        } catch (RejectedFaceException | KafkaException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw new RejectedFaceException("the record cannot be read: "
                    + e.toString().lines().findFirst().orElse(""));
        }
    }

    void close() {
        board.remove(task);
    }

    private void add(Request.Add face, TaskLabels.Looked picture, long timestamp) {
        long rank = picture.rank();
        if (config.split().isTraining(face.identity(), face.faceId())) {
            Outcome outcome = buffers.add(face.identity(), rank, timestamp, () -> writer.stored(face.face()));
            if (outcome != Outcome.DUPLICATE) {
                board.count(Event.ACCEPTED);
                state = state.withLabels(labels.taken(state.labels(), picture));
                state = state.nextFace(credit.perFace());
                pace.faceCame(buffers.drawable().kept());
                drawBatches();
                state = state.withCredit(pace.capped(state.credit()));
                return;
            }
        } else if (holdout.add(face.identity(), rank, face.faceId())) {
            board.count(Event.HELD_OUT);
            state = state.withLabels(labels.taken(state.labels(), picture));
            writeHoldout(face.identity(), face.faceId(), face.record());
            return;
        }
        board.count(Event.DUPLICATE);
    }

    private void retract(Request.Retract face) {
        board.count(Event.RETRACTED);
        Retraction found = take(face.identity(), face.faceId());
        for (String former : formerNames.of(face.identity())) {
            found = Collections.max(List.of(found, take(former, face.faceId())));
        }
        retractions.note(offset(), found);
    }

    private Retraction take(String identity, String faceId) {
        long rank = rank(identity, faceId);
        labels.retract(rank);
        if (config.split().isTraining(identity, faceId)) {
            return buffers.retract(identity, rank);
        }
        if (!holdout.remove(identity, rank)) {
            return Retraction.NOTHING;
        }
        writeHoldout(identity, faceId, null);
        return Retraction.HELD_OUT;
    }

    private void erase(String identity) {
        board.count(Event.ERASED);
        int buffered = 0;
        int heldOut = 0;
        for (String former : formerNames.of(identity)) {
            Erasure forgotten = forget(former, 0, 0);
            buffered += forgotten.getBuffered();
            heldOut += forgotten.getHeldOut();
        }
        formerNames.forget(identity);
        // Also for someone unknown here: the learner may know the person from another partition.
        forget(identity, buffered, heldOut);
    }

    /** Answers for what was found under former names, too, as the order knows the person's name alone. */
    private Erasure forget(String identity, int alsoBuffered, int alsoHeldOut) {
        labels.erase(identity);
        int buffered = buffers.erase(identity);
        List<String> heldOut = holdout.removeAll(identity);
        for (String faceId : heldOut) {
            writeHoldout(identity, faceId, null);
        }
        state = state.nextErasure();
        var erasure = new Erasure(
                task,
                state.sequence(),
                identity,
                offset(),
                state.holdoutRecords(),
                alsoBuffered + buffered,
                alsoHeldOut + heldOut.size());
        writeBatches(erasures.encode(erasure));
        return erasure;
    }

    /** What earlier builds stored under texts that are no names, and nobody can order to be forgotten, goes at once. */
    private void settleNames() {
        for (String nameless : formerNames.nameless()) {
            Erasure forgotten = forget(nameless, 0, 0);
            log.warn(
                    "task {} had {} faces in the buffers and {} in the holdout under a text that is no name; they are forgotten",
                    task,
                    forgotten.getBuffered(),
                    forgotten.getHeldOut());
            state.save(stateStore);
        }
        formerNames.forgetNameless();
        formerNames.save();
    }

    private void drawBatches() {
        for (int i = 0; i < credit.batchesPerFace(); i++) {
            if (state.credit() < credit.perBatch() || !isDrawable() || !pace.mayLeave(state.sequence())) {
                return;
            }
            drawBatch(credit.perBatch());
        }
    }

    /** Between records: batches that waited for the learner, and extra ones when nothing else is to do. */
    private void look() {
        long before = state.sequence();
        if (pace.isFresh()) {
            drawBatches();
        }
        if (pace.isIdle()) {
            while (isDrawable() && pace.spendIdle(state.sequence())) {
                drawBatch(0);
            }
        }
        if (state.sequence() > before) {
            state.save(stateStore);
            report();
        }
    }

    private boolean isDrawable() {
        return buffers.drawable().drawable() >= needed();
    }

    /** How many people the next batch takes; more before the first one. */
    private int needed() {
        return state.batches() > 0
                ? config.batchIdentities()
                : Math.max(config.batchIdentities(), config.startIdentities());
    }

    private void drawBatch(long cost) {
        DrawableIdentities drawable = buffers.drawable();
        state = state.nextBatch(cost);
        var random = DrawRandom.of(config.seed(), context.taskId().partition(), state.sequence());
        var statistics = BufferStatistics.newBuilder()
                .setIdentities(drawable.identities())
                .setDrawable(drawable.drawable())
                .setKept(drawable.kept())
                .setSeen(state.seen())
                .setLost(state.input().lost())
                .setLabelConflicts(state.labels().conflicts())
                .setRepeatedPictures(state.labels().repeats())
                .build();
        byte[] batch;
        try {
            batch = writer.batch(task, state.sequence(), buffers.draw(random), state.holdoutRecords(), statistics);
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            // Of Kafka's kind: no fault of the record that happened to earn the batch.
            throw new StreamsException("batch %d of task %s cannot be drawn".formatted(state.sequence(), task), e);
        }
        writeBatches(batch);
        board.count(Event.BATCH);
    }

    private void writeBatches(byte[] value) {
        forward(utf8(task), value, new RecordHeaders(), SamplerTopology.BATCHES_SINK);
    }

    private void writeHoldout(String identity, String faceId, byte @Nullable [] value) {
        state = state.nextHoldoutRecord();
        Headers headers = new RecordHeaders();
        headers.add(SamplerTopology.HEADER_TASK, utf8(task));
        headers.add(SamplerTopology.HEADER_HOLDOUT_INDEX, utf8(Long.toString(state.holdoutRecords())));
        forward(utf8(identity + "/" + faceId), value, headers, SamplerTopology.HOLDOUT_SINK);
    }

    /** Stamped now, not with the face's time: retention and compaction count from when the record came to be. */
    private void forward(byte[] key, byte @Nullable [] value, Headers headers, String sink) {
        context.forward(new Record<>(key, value, context.currentSystemTimeMs(), headers), sink);
    }

    private void report() {
        DrawableIdentities drawable = buffers.drawable();
        board.report(
                task,
                new TaskReport(
                        state.sequence(),
                        Credit.crops(state.credit()),
                        Credit.crops(credit.perBatch()),
                        drawable.identities(),
                        drawable.drawable(),
                        needed(),
                        drawable.kept(),
                        state.input().nextOffset()));
    }

    private long rank(String identity, String faceId) {
        return StableHash.hash64("rangestream.rank." + config.seed(), identity, faceId);
    }

    private static TaskState loadState(KeyValueStore<Bytes, byte[]> store, SamplerConfig config) {
        long foundation = StableHash.hash64(
                "rangestream.foundation",
                Long.toString(config.seed()),
                config.split().canonicalText());
        TaskState state = TaskState.load(store, foundation);
        if (state.foundation() != foundation) {
            throw new ConfigurationException("the buffers were built with another %s or holdout: set them back, or take"
                            .formatted(SamplerConfig.SEED)
                    + " another %s to begin with empty buffers, new topics and a new model"
                            .formatted(CommonConfig.TOPIC_PREFIX));
        }
        return state;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
