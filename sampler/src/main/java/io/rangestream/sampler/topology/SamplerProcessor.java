package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.intake.RejectedFaceException;
import io.rangestream.schemas.wire.SchemaSource;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** What Streams makes per task; the task itself begins once its stores are restored. */
final class SamplerProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    private final SamplerConfig config;
    private final SchemaSource schemas;
    private final TaskBoard board;
    private final LearnerDistance learner;
    private final RejectionGuard rejections;
    private @Nullable SamplerTask task;

    SamplerProcessor(
            SamplerConfig config,
            SchemaSource schemas,
            TaskBoard board,
            LearnerDistance learner,
            RejectionGuard rejections) {
        this.config = config;
        this.schemas = schemas;
        this.board = board;
        this.learner = learner;
        this.rejections = rejections;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        task = new SamplerTask(config, schemas, board, learner, context);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (task == null) {
            throw new IllegalStateException("a record came before init");
        }
        try {
            task.process(record);
        } catch (RejectedFaceException e) {
            rejections.rejected(String.valueOf(e.getMessage()));
            throw e;
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
