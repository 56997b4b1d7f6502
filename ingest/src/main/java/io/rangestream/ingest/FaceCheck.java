package io.rangestream.ingest;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.Operation;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.source.Reason;
import io.rangestream.ingest.source.Rejections;
import io.rangestream.schemas.image.FaceIds;
import io.rangestream.schemas.image.ImageHeader;
import io.rangestream.schemas.image.ImageLimits;
import io.rangestream.schemas.image.InvalidImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a crop must be to be sent: the same limits as the sampler's, so that nothing is sent only to become a dead
 * letter. What is too large is scaled down, unless that is off.
 *
 * @param maxBytes largest encoded crop
 * @param maxPixels most pixels that its header may claim
 * @param maxSide longest side, pixels; 0 to send pictures as they are or not at all
 */
record FaceCheck(int maxBytes, long maxPixels, int maxSide) {

    /**
     * A crop that can be sent.
     *
     * @param face the record
     * @param found the picture as it was found
     * @param isScaled whether the record holds a smaller one
     */
    record Checked(LabeledFace face, ImageHeader found, boolean isScaled) {}

    /** The record to send, or empty with the reason in {@code rejections}. */
    Optional<Checked> labelled(FaceSource source, FaceRef face, Rejections rejections) {
        // By the index first: a huge file is never held in memory.
        if (face.bytes() != FaceRef.UNKNOWN_SIZE && !sizeFits(face.bytes(), face, rejections)) {
            return Optional.empty();
        }
        byte[] image;
        try {
            image = source.read(face);
        } catch (IOException e) {
            rejections.add(Reason.UNREADABLE, face.name(), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        if (!sizeFits(image.length, face, rejections)) {
            return Optional.empty();
        }
        Encoding encoding;
        try {
            encoding = ImageHeader.encodingOf(image);
        } catch (InvalidImageException e) {
            rejections.add(Reason.NOT_AN_IMAGE, face.name(), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        try {
            ImageHeader header = ImageHeader.check(image, encoding, 0, 0);
            if (maxSide > 0 && isTooLarge(image, header)) {
                return scaled(image, header, face, rejections);
            }
            if (header.pixels() > maxPixels) {
                String claimed = "%d x %d pixels".formatted(header.width(), header.height());
                rejections.add(Reason.TOO_MANY_PIXELS, face.name(), claimed);
                return Optional.empty();
            }
            return Optional.of(new Checked(labelled(image, image, encoding, face), header, false));
        } catch (InvalidImageException e) {
            rejections.add(Reason.UNUSABLE_IMAGE, face.name(), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<Checked> scaled(byte[] image, ImageHeader header, FaceRef face, Rejections rejections) {
        Optional<byte[]> jpeg = new Downscaler(maxSide, maxBytes).scale(image, header.encoding());
        if (jpeg.isEmpty()) {
            rejections.add(
                    Reason.TOO_LARGE, face.name(), "%d bytes, scaled down as far as it goes".formatted(image.length));
        }
        return jpeg.map(small -> new Checked(labelled(image, small, Encoding.JPEG, face), header, true));
    }

    /** A scaled picture keeps the name of the one it was made of, so that it is one face whatever it is scaled to. */
    private static LabeledFace labelled(byte[] original, byte[] image, Encoding encoding, FaceRef face) {
        return LabeledFace.newBuilder()
                .setFaceId(FaceIds.contentHash(original))
                .setIdentity(face.identity())
                .setOperation(Operation.ADD)
                .setImage(ByteBuffer.wrap(image))
                .setEncoding(encoding)
                .setSource(face.name())
                .build();
    }

    private boolean isTooLarge(byte[] image, ImageHeader header) {
        return image.length > maxBytes
                || header.pixels() > maxPixels
                || Math.max(header.width(), header.height()) > maxSide;
    }

    private boolean sizeFits(long bytes, FaceRef face, Rejections rejections) {
        if (bytes == 0) {
            rejections.add(Reason.EMPTY, face.name());
            return false;
        }
        if (bytes > (maxSide > 0 ? ImageLimits.MAX_BYTES : maxBytes)) {
            rejections.add(Reason.TOO_LARGE, face.name(), "%d bytes".formatted(bytes));
            return false;
        }
        return true;
    }
}
