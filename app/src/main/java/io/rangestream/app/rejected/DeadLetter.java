package io.rangestream.app.rejected;

import io.rangestream.schemas.identity.InvalidNameException;
import io.rangestream.schemas.identity.NameRule;
import io.rangestream.schemas.wire.DeadLetterHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter, as {@code faces-rejected} holds it.
 *
 * @param record the record of that topic
 */
public record DeadLetter(ConsumerRecord<byte[], byte @Nullable []> record) {
    /** Its offset on {@code faces-rejected}. */
    public long offset() {
        return record.offset();
    }

    /** When it was refused. */
    public Instant refusedAt() {
        return Instant.ofEpochMilli(record.timestamp());
    }

    /** The time that the refused record had; empty if it had none. */
    public Optional<Instant> sentAt() {
        try {
            long time = Long.parseLong(header(DeadLetterHeaders.TIMESTAMP));
            return time < 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(time));
        } catch (NumberFormatException noTime) {
            return Optional.empty();
        }
    }

    /** Why it was refused, in one line. */
    public String reason() {
        return header(DeadLetterHeaders.MESSAGE).lines().findFirst().orElse("");
    }

    /** Where it lay: topic-partition@offset. */
    public String origin() {
        return "%s-%s@%s"
                .formatted(
                        header(DeadLetterHeaders.TOPIC),
                        header(DeadLetterHeaders.PARTITION),
                        header(DeadLetterHeaders.OFFSET));
    }

    /** Its key as text for people, with {@code ?} for what a terminal would not print; in hexadecimal digits what is no UTF-8, and a dash where there is none. */
    public String key() {
        byte[] key = record.key();
        if (key == null) {
            return "-";
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key))
                    .toString()
                    .replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
        } catch (CharacterCodingException e) {
            return "0x" + HexFormat.of().formatHex(key);
        }
    }

    /**
     * Its face_id, if the sampler took it in and the learner cannot decode it; else empty.
     *
     * @param faces topic whose records the sampler refuses: what such a record brought along as a face_id is none of ours
     */
    public String faceId(String faces) {
        return header(DeadLetterHeaders.TOPIC).equals(faces) ? "" : header(DeadLetterHeaders.FACE_ID);
    }

    /** Whom its key names; empty if it names nobody. */
    Optional<String> identity() {
        try {
            return record.key() == null ? Optional.empty() : Optional.of(NameRule.IDENTITY.normalise(record.key()));
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    /** Bytes of the original value; -1 for a tombstone. */
    public long bytes() {
        byte[] value = record.value();
        String full = header(DeadLetterHeaders.FULL_BYTES);
        if (full.matches("[0-9]{1,18}")) {
            return Long.parseLong(full);
        }
        return value == null ? -1 : value.length;
    }

    /** Whether the letter holds all of the original key, value and headers. */
    public boolean isWhole() {
        return header(DeadLetterHeaders.FULL_KEY_BYTES).isEmpty()
                && header(DeadLetterHeaders.FULL_BYTES).isEmpty()
                && header(DeadLetterHeaders.DROPPED_HEADER_BYTES).isEmpty();
    }

    /**
     * The original record, for the partition it came from. It is stamped with the time of its sending, or retention might delete it before
     * it is read; its original time goes along in a header, which the sampler takes for the face's.
     */
    ProducerRecord<byte[], byte @Nullable []> original(String topic, int partitions) {
        var headers = new RecordHeaders();
        for (Header header : record.headers()) {
            if (!header.key().startsWith(DeadLetterHeaders.PREFIX)) {
                headers.add(header);
            }
        }
        String text = header(DeadLetterHeaders.PARTITION);
        int partition = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
        return new ProducerRecord<>(
                topic,
                partition >= 0 && partition < partitions ? partition : null,
                null,
                record.key(),
                record.value(),
                headers);
    }

    private String header(String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
