package io.rangestream.sampler.topology;

import io.rangestream.schemas.wire.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter in the form of KIP-1034: the original key, value and headers, and why and where it failed in {@code
 * __streams.errors.*} headers. Headers of the original that have a name of ours are left out. Its own time is that of the
 * refusal, so that it stays as long as the topic's retention says; the original's is in {@value
 * DeadLetterHeaders#TIMESTAMP}.
 *
 * <p>It always fits its topic: a value that would not (a compressed batch may have carried it into the faces topic) is
 * cut and its full length put into {@value DeadLetterHeaders#FULL_BYTES}. A record that the producer refuses for its size would end the
 * transaction, again and again.
 */
final class DeadLetter {
    /** Per header and record: lengths, offsets and the batch around it, generously. */
    private static final int OVERHEAD_BYTES = 16;

    private static final int MAX_TEXT_CHARS = 1000;

    private DeadLetter() {}

    static ProducerRecord<byte[], byte[]> of(
            String topic, int maxBytes, ErrorHandlerContext context, Exception exception) {
        Headers headers = new RecordHeaders();
        long originalBytes = bytes(context.headers());
        if (originalBytes <= maxBytes / 2) {
            for (Header header : context.headers()) {
                if (!isOfLetters(header.key())) {
                    headers.add(header);
                }
            }
        } else {
            add(headers, DeadLetterHeaders.DROPPED_HEADER_BYTES, Long.toString(originalBytes));
            headers.add(DeadLetterHeaders.TIMESTAMP, OriginalTime.text(OriginalTime.of(context.headers())));
        }
        add(headers, DeadLetterHeaders.EXCEPTION, exception.getClass().getName());
        add(headers, DeadLetterHeaders.MESSAGE, shortened(String.valueOf(exception.getMessage())));
        add(headers, DeadLetterHeaders.STACKTRACE, shortened(exception.toString()));
        add(headers, DeadLetterHeaders.TOPIC, context.topic());
        add(headers, DeadLetterHeaders.PARTITION, Integer.toString(context.partition()));
        add(headers, DeadLetterHeaders.OFFSET, Long.toString(context.offset()));

        byte[] originalKey = context.sourceRawKey();
        byte[] key = cut(originalKey, maxBytes / 4);
        if (originalKey != null && key != null && key.length < originalKey.length) {
            add(headers, DeadLetterHeaders.FULL_KEY_BYTES, Integer.toString(originalKey.length));
        }
        long room = maxBytes - bytes(headers) - (key == null ? 0 : key.length) - 8 * OVERHEAD_BYTES;
        byte[] original = context.sourceRawValue();
        byte[] value = cut(original, Math.max(0, room));
        if (original != null && value != null && value.length < original.length) {
            add(headers, DeadLetterHeaders.FULL_BYTES, Integer.toString(original.length));
        }
        return new ProducerRecord<>(topic, null, context.timestamp(), key, value, headers);
    }

    /** Whether a header says something of a letter, so that on an original it would be foreign and taken for ours. */
    private static boolean isOfLetters(String name) {
        return name.startsWith(DeadLetterHeaders.PREFIX) || DeadLetterHeaders.OF_LETTERS.contains(name);
    }

    private static void add(Headers headers, String name, String text) {
        headers.add(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte @Nullable [] cut(byte @Nullable [] bytes, long room) {
        return bytes == null || bytes.length <= room ? bytes : Arrays.copyOf(bytes, (int) room);
    }

    private static String shortened(String text) {
        return text.length() <= MAX_TEXT_CHARS ? text : text.substring(0, MAX_TEXT_CHARS);
    }

    private static long bytes(Headers headers) {
        long bytes = 0;
        for (Header header : headers) {
            byte[] value = header.value();
            bytes += OVERHEAD_BYTES + 3L * header.key().length() + (value == null ? 0 : value.length);
        }
        return bytes;
    }
}
