package io.rangestream.schemas.image;

import io.rangestream.schemas.hash.Sha256;

/** Names of face crops. */
public final class FaceIds {
    private FaceIds() {}

    /** The name of a crop whose producer gave none: lower-case hexadecimal SHA-256 of its bytes. */
    public static String contentHash(byte[] image) {
        return Sha256.of(image);
    }
}
