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
import io.rangestream.schemas.image.InvalidImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a crop must be to be sent: the same limits as the sampler's, so that nothing is sent only to become a dead
 * letter.
 *
 * @param maxBytes largest encoded crop
 * @param maxPixels most pixels that its header may claim
 */
record FaceCheck(int maxBytes, long maxPixels) {

    /** The record to send, or empty with the reason in {@code rejections}. */
    Optional<LabeledFace> labelled(FaceSource source, FaceRef face, Rejections rejections) {
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
        ImageHeader header;
        try {
            header = ImageHeader.check(image, encoding, 0, 0);
        } catch (InvalidImageException e) {
            rejections.add(Reason.UNUSABLE_IMAGE, face.name(), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        if (header.pixels() > maxPixels) {
            rejections.add(
                    Reason.TOO_MANY_PIXELS, face.name(), "%d x %d pixels".formatted(header.width(), header.height()));
            return Optional.empty();
        }
        return Optional.of(LabeledFace.newBuilder()
                .setFaceId(FaceIds.contentHash(image))
                .setIdentity(face.identity())
                .setOperation(Operation.ADD)
                .setImage(ByteBuffer.wrap(image))
                .setEncoding(encoding)
                .setSource(face.name())
                .build());
    }

    private boolean sizeFits(long bytes, FaceRef face, Rejections rejections) {
        if (bytes == 0) {
            rejections.add(Reason.EMPTY, face.name());
            return false;
        }
        if (bytes > maxBytes) {
            rejections.add(Reason.TOO_LARGE, face.name(), "%d bytes".formatted(bytes));
            return false;
        }
        return true;
    }
}
