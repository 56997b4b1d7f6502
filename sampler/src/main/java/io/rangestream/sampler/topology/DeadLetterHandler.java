package io.rangestream.sampler.topology;

import io.rangestream.sampler.internal.intake.RejectedFaceException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Sends refused records to the dead letters (KIP-1034) and goes on; anything else that fails in processing ends the
 * transaction. A refusal comes before any state is touched, so going on is safe; after another failure the state may be half
 * written, and only an aborted transaction makes it whole again. When the record comes again, {@link FailedRecords} has it
 * refused.
 *
 * <p>Kafka's own handler would put a stack trace of any length into a header and fail for good on a letter that its
 * topic does not take. Made by Streams, by reflection.
 */
public final class DeadLetterHandler implements ProcessingExceptionHandler {
    /** Setting: most bytes a dead letter may take. */
    static final String MAX_BYTES_CONFIG = "rangestream.dead.letter.max.bytes";

    static final int DEFAULT_MAX_BYTES = 1_000_000;

    private String topic = "";
    private int maxBytes = DEFAULT_MAX_BYTES;

    @Override
    public void configure(Map<String, ?> configs) {
        topic = String.valueOf(configs.get(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG));
        if (configs.get(MAX_BYTES_CONFIG) instanceof Integer configured) {
            maxBytes = configured;
        }
    }

    @Override
    public Response handleError(ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
        if (!(exception instanceof RejectedFaceException)) {
            return Response.fail();
        }
        ProducerRecord<byte[], byte[]> letter = DeadLetter.of(topic, maxBytes, context, exception);
        return Response.resume(List.of(letter));
    }
}
