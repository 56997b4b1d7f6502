package io.rangestream.schemas.wire;

import org.apache.avro.Schema;

/**
 * Walks over a record in Avro's binary form before anything is built of it. A few bytes can claim billions of values that take no bytes,
 * or a length that is not there; a record that passes has all its bytes, no others, and few enough values. The walk allocates nothing,
 * and is as deep as the schema, which {@link WriterSchema} bounds.
 */
final class RecordScan {
    /** Values of any type, records and items included: a batch of 70,000 crops, more than fit one record. */
    static final int MAX_VALUES = 500_000;

    private static final int MAX_VARINT_BYTES = 10;

    private final String name;
    private final byte[] bytes;
    private int at;
    private int values;

    private RecordScan(String name, byte[] bytes, int from) {
        this.name = name;
        this.bytes = bytes;
        this.at = from;
    }

    /**
     * @param from where the record begins
     * @throws UndecodableRecordException in one line, if it is cut short, goes on behind its end or holds too much
     */
    static void require(Schema written, byte[] bytes, int from) {
        var scan = new RecordScan(written.getName(), bytes, from);
        scan.value(written);
        if (scan.at < bytes.length) {
            throw new UndecodableRecordException(
                    "damaged %s: bytes are left over after the record".formatted(scan.name));
        }
    }

    private void value(Schema schema) {
        if (++values > MAX_VALUES) {
            throw new UndecodableRecordException("a %s of more than %d values".formatted(name, MAX_VALUES));
        }
        switch (schema.getType()) {
            case NULL -> {
                // Takes no bytes.
            }
            case BOOLEAN -> skip(1);
            case INT, LONG, ENUM -> number();
            case FLOAT -> skip(Float.BYTES);
            case DOUBLE -> skip(Double.BYTES);
            case FIXED -> skip(schema.getFixedSize());
            case STRING, BYTES -> skip(number());
            case UNION -> {
                long branch = number();
                if (branch < 0 || branch >= schema.getTypes().size()) {
                    throw damaged("no type " + branch);
                }
                value(schema.getTypes().get((int) branch));
            }
            case RECORD -> {
                for (Schema.Field field : schema.getFields()) {
                    value(field.schema());
                }
            }
            case ARRAY -> items(schema.getElementType(), false);
            case MAP -> items(schema.getValueType(), true);
        }
    }

    private void items(Schema type, boolean keyed) {
        for (long count = number(); count != 0; count = number()) {
            if (count < 0) {
                number(); // The block's size in bytes, for those who skip it.
            }
            long items = Math.abs(count);
            if (items < 0 || items > MAX_VALUES) {
                throw damaged("%d items".formatted(items));
            }
            for (long left = items; left > 0; left--) {
                if (keyed) {
                    skip(number());
                }
                value(type);
            }
        }
    }

    private void skip(long length) {
        if (length < 0) {
            throw damaged("a length of " + length);
        }
        if (length > bytes.length - at) {
            throw damaged("it ends early");
        }
        at += (int) length;
    }

    private long number() {
        long zigzag = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            skip(1);
            byte next = bytes[at - 1];
            zigzag |= (next & 0x7FL) << (7 * i);
            if (next >= 0) {
                return (zigzag >>> 1) ^ -(zigzag & 1);
            }
        }
        throw damaged("a number of more than %d bytes".formatted(MAX_VARINT_BYTES));
    }

    private UndecodableRecordException damaged(String how) {
        return new UndecodableRecordException("truncated or damaged %s: %s".formatted(name, how));
    }
}
