package io.rangestream.schemas.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * CRC-64-AVRO fingerprints and the ten-byte header that carries one: {@code C3 01}, then the fingerprint in
 * little-endian order (Avro specification, "Single-object encoding").
 */
public final class Fingerprint {
    static final int HEADER_BYTES = 10;
    private static final byte MARKER_0 = (byte) 0xC3;
    private static final byte MARKER_1 = (byte) 0x01;

    private Fingerprint() {}

    /** Fingerprint of the schema's parsing canonical form. */
    public static long of(Schema schema) {
        return SchemaNormalization.parsingFingerprint64(schema);
    }

    /** Sixteen hexadecimal digits, most significant first: the key on the schemas topic. */
    public static String text(long fingerprint) {
        return String.format("%016x", fingerprint);
    }

    /** The ten bytes that precede a record of this schema on the wire. */
    public static byte[] header(Schema schema) {
        var header = ByteBuffer.allocate(HEADER_BYTES);
        writeHeader(header, of(schema));
        return header.array();
    }

    /** Whether a record begins with such a header. */
    public static boolean leads(byte[] record) {
        return record.length >= HEADER_BYTES && record[0] == MARKER_0 && record[1] == MARKER_1;
    }

    static void writeHeader(ByteBuffer to, long fingerprint) {
        to.order(ByteOrder.LITTLE_ENDIAN).put(MARKER_0).put(MARKER_1).putLong(fingerprint);
    }

    /**
     * The fingerprint in a record's header.
     *
     * @throws UndecodableRecordException if the bytes do not begin with such a header
     */
    static long readHeader(byte[] record) {
        if (!leads(record)) {
            throw new UndecodableRecordException(
                    "not Avro single-object encoding: %d bytes that do not begin with c3 01 and a fingerprint"
                            .formatted(record.length));
        }
        return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
    }
}
