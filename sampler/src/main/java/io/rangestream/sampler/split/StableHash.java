package io.rangestream.sampler.split;

import io.rangestream.schemas.hash.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * SHA-256 over a purpose and length-prefixed UTF-8 parts: the same on every machine and in every release, and nobody can
 * craft names that collide. Thread-safe.
 */
public final class StableHash {
    private StableHash() {}

    /** The 32 bytes of the digest. */
    public static ByteBuffer digest(String purpose, String... parts) {
        MessageDigest sha256 = Sha256.digest();
        update(sha256, purpose);
        for (String part : parts) {
            update(sha256, part);
        }
        return ByteBuffer.wrap(sha256.digest());
    }

    /** The first 64 bits of the digest. */
    public static long hash64(String purpose, String... parts) {
        return digest(purpose, parts).getLong(0);
    }

    private static void update(MessageDigest digest, String part) {
        byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, utf8.length));
        digest.update(utf8);
    }
}
