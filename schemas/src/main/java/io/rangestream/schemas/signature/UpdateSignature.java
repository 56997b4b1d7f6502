package io.rangestream.schemas.signature;

import java.nio.ByteBuffer;

/**
 * What the signature of a model update is about, and where it stands.
 *
 * <p>The record's key and value are signed exactly as they are on the wire: the four-byte big-endian length of the key, the key, the
 * value; an empty value for a tombstone. The value names the SHA-256 of the weights, so these are covered too, and whoever verifies
 * needs neither Avro nor the weights. The 64 bytes of the signature (RFC 8032) are the header {@value #HEADER}.
 */
public final class UpdateSignature {
    /** The record header. */
    public static final String HEADER = "rs-signature";

    /** The algorithm, as the JDK names it. */
    static final String ALGORITHM = "Ed25519";

    private UpdateSignature() {}

    static byte[] statement(byte[] key, byte[] value) {
        return ByteBuffer.allocate(Integer.BYTES + key.length + value.length)
                .putInt(key.length)
                .put(key)
                .put(value)
                .array();
    }
}
