package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.intake.RejectedFaceException;
import io.rangestream.sampler.internal.intake.Request;
import io.rangestream.schemas.wire.SchemaSource;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** What Streams makes per task; the task itself begins once its stores are restored. */
final class SamplerProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    private final SamplerConfig config;
    private final SchemaSource schemas;
    private final TaskBoard board;
    private final LearnerDistance learner;
    private final LogStart start;
    private final FailedRecords failures;
    private @Nullable SamplerTask task;
    private @Nullable RejectionAlarm rejections;
    private @Nullable ProcessorContext<byte[], byte[]> context;

    SamplerProcessor(
            SamplerConfig config,
            SchemaSource schemas,
            TaskBoard board,
            LearnerDistance learner,
            LogStart start,
            FailedRecords failures) {
        this.config = config;
        this.schemas = schemas;
        this.board = board;
        this.learner = learner;
        this.start = start;
        this.failures = failures;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        task = new SamplerTask(config, schemas, board, learner, start, context);
        rejections = new RejectionAlarm(
                config.rejections(),
                board,
                context.taskId().toString(),
                context.taskId().partition());
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (task == null || context == null || rejections == null) {
            throw new IllegalStateException("a record came before init");
        }
        long offset = context.recordMetadata().map(RecordMetadata::offset).orElse(-1L);
        try {
            failures.refuse(context.taskId(), offset);
            Request request = task.read(record);
            if (request instanceof Request.Add) {
                failures.refuseOfKey(context.taskId(), record.key());
            }
            task.process(record, request);
        } catch (RejectedFaceException e) {
            task.refused();
            board.count(TaskBoard.Event.REJECTED);
            rejections.rejected(String.valueOf(e.getMessage()));
            throw e;
        } catch (KafkaException e) {
            throw e; // Of the stores or the broker, not of the record.
        } catch (RuntimeException e) {
            throw failures.failed(context.taskId(), offset, record.key(), e);
        }
        rejections.accepted();
    }

    @Override
    public void close() {
        if (task != null) {
            task.close();
            task = null;
        }
    }
}
