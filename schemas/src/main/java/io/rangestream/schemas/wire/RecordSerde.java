package io.rangestream.schemas.wire;

import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's view of a {@link RecordCodec}. Null stays null, as compaction and tombstones need. Thread-safe.
 *
 * @param <T> the record type, or {@link SpecificRecord} for a topic that holds several
 */
public final class RecordSerde<T extends SpecificRecord> implements Serde<T> {
    private final Class<T> type;
    private final RecordCodec codec;

    private RecordSerde(Class<T> type, RecordCodec codec) {
        this.type = type;
        this.codec = codec;
    }

    /** For a topic of one record type. */
    public static <T extends SpecificRecord> RecordSerde<T> of(Class<T> type, Schema schema, SchemaSource source) {
        return new RecordSerde<>(type, new RecordCodec(List.of(schema), source));
    }

    /** For a topic of several record types. */
    public static RecordSerde<SpecificRecord> ofAny(List<Schema> schemas, SchemaSource source) {
        return new RecordSerde<>(SpecificRecord.class, new RecordCodec(schemas, source));
    }

    @Override
    public Serializer<T> serializer() {
        return this::serialize;
    }

    @Override
    public Deserializer<T> deserializer() {
        return this::deserialize;
    }

    private byte @Nullable [] serialize(String topic, @Nullable T record) {
        return record == null ? null : codec.encode(record);
    }

    private @Nullable T deserialize(String topic, byte @Nullable [] bytes) {
        return bytes == null ? null : type.cast(codec.decode(bytes));
    }
}
