package io.rangestream.schemas.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names of face crops. */
public final class FaceIds {
    private FaceIds() {}

    /** The name of a crop whose producer gave none: lower-case hexadecimal SHA-256 of its bytes. */
    public static String contentHash(byte[] image) {
        return HexFormat.of().formatHex(sha256().digest(image));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
