package io.rangestream.sampler.split;

import io.rangestream.schemas.config.ConfigurationException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides by name alone where a face goes, so the answer is the same whenever, wherever and however often it is sent. It
 * does not depend on the sampler's seed. Raising a share only adds to the holdout what was trained on before; it never
 * releases anything.
 *
 * <p>An identity is held out whole if the first 64 bits of SHA-256("rangestream.holdout.identity", identity) fall below
 * the share modulo 1000; of the others, the next 64 bits decide in the same way who gives faces, and a bit of
 * SHA-256("rangestream.holdout.face", identity, face_id) which half. Each part is UTF-8 after its length as a
 * big-endian int. Immutable.
 *
 * @param identitiesPerMille identities out of 1000 that are held out whole, 0 … 900; without effect where a list is given
 * @param facesPerMille of the other identities, those out of 1000 of which half the faces are held out
 * @param identities if not empty, exactly these are held out whole
 */
public record HoldoutSplit(int identitiesPerMille, int facesPerMille, Set<String> identities) {

    /** Where a face goes. */
    public enum Part {
        /** Trained on. */
        TRAINING,
        /** Held out with every other face of the identity. */
        HELD_OUT_IDENTITY,
        /** Held out, while other faces of the identity are trained on. */
        HELD_OUT_FACE
    }

    public HoldoutSplit {
        if (identitiesPerMille < 0 || identitiesPerMille > 900 || facesPerMille < 0 || facesPerMille > 1000) {
            throw new ConfigurationException(
                    "the holdout takes 0 to 900 identities and 0 to 1000 per mille of the others,"
                            + " not %d and %d".formatted(identitiesPerMille, facesPerMille));
        }
        identities = Set.copyOf(identities);
    }

    /** Where the face goes. */
    public Part partOf(String identity, String faceId) {
        ByteBuffer hash = StableHash.digest("rangestream.holdout.identity", identity);
        if (identities.isEmpty() ? below(hash.getLong(0), identitiesPerMille) : identities.contains(identity)) {
            return Part.HELD_OUT_IDENTITY;
        }
        boolean givesFaces = below(hash.getLong(Long.BYTES), facesPerMille);
        return givesFaces && (StableHash.hash64("rangestream.holdout.face", identity, faceId) & 1) == 1
                ? Part.HELD_OUT_FACE
                : Part.TRAINING;
    }

    /** Whether the face is trained on. */
    public boolean isTraining(String identity, String faceId) {
        return partOf(identity, faceId) == Part.TRAINING;
    }

    /** Equal splits have equal text, on every machine. */
    public String canonicalText() {
        return identities.isEmpty()
                ? "%d/%d".formatted(identitiesPerMille, facesPerMille)
                : "%d of others, %s".formatted(facesPerMille, new TreeSet<>(identities));
    }

    private static boolean below(long hash, int perMille) {
        return Long.remainderUnsigned(hash, 1000) < perMille;
    }
}
