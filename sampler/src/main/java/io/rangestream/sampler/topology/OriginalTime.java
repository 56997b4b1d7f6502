package io.rangestream.sampler.topology;

import io.rangestream.schemas.wire.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.jspecify.annotations.Nullable;

/**
 * Gives each record the time at which the sampler takes it up, and keeps the record's own time in the header {@value
 * DeadLetterHeaders#TIMESTAMP}. Streams stamps what it writes with the time of the record in hand. A producer's time
 * would let retention delete a dead letter at once, have brokers refuse the changelog of a record from the future, and
 * keep segments from being rolled and compacted in time. A record that has the header already, such as a replayed dead
 * letter, keeps it. Thread-safe.
 */
final class OriginalTime implements TimestampExtractor {
    /** The record's own time is not known. */
    static final long UNKNOWN = -1;

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        if (parse(record.headers()) == null) {
            record.headers().remove(DeadLetterHeaders.TIMESTAMP);
            record.headers().add(DeadLetterHeaders.TIMESTAMP, text(Math.max(UNKNOWN, record.timestamp())));
        }
        return System.currentTimeMillis();
    }

    /** The record's own time, epoch milliseconds; {@link #UNKNOWN} if it has none. */
    static long of(Headers headers) {
        Long time = parse(headers);
        return time == null ? UNKNOWN : Math.max(UNKNOWN, time);
    }

    static byte[] text(long time) {
        return Long.toString(time).getBytes(StandardCharsets.US_ASCII);
    }

    private static @Nullable Long parse(Headers headers) {
        Header header = headers.lastHeader(DeadLetterHeaders.TIMESTAMP);
        if (header == null || header.value() == null) {
            return null;
        }
        try {
            return Long.valueOf(new String(header.value(), StandardCharsets.US_ASCII));
        } catch (NumberFormatException notOurs) {
            return null;
        }
    }
}
