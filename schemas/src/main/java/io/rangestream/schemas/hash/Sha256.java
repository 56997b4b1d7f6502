package io.rangestream.schemas.hash;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 as the records write it: lower-case hexadecimal. Not thread-safe. */
public final class Sha256 {
    private final MessageDigest digest = digest();

    /** The algorithm itself, for who needs bytes or streams. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The hash of bytes. */
    public static String of(byte[] bytes) {
        return new Sha256().add(bytes).text();
    }

    /** Adds bytes. */
    public Sha256 add(byte[] bytes) {
        digest.update(bytes);
        return this;
    }

    /** Adds what remains in the buffer, and leaves nothing in it. */
    public Sha256 add(ByteBuffer bytes) {
        digest.update(bytes);
        return this;
    }

    /** The hash of what was added; the next one starts afresh. */
    public String text() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
