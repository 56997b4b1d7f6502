package io.rangestream.ingest;

import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.Operation;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.source.Reason;
import io.rangestream.ingest.source.Rejections;
import io.rangestream.schemas.image.FaceIds;
import io.rangestream.schemas.image.ImageHeader;
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
        Optional<ImageHeader> header = ImageHeader.read(image);
        if (header.isEmpty()) {
            rejections.add(Reason.NOT_AN_IMAGE, face.name());
            return Optional.empty();
        }
        if (header.get().pixels() > maxPixels) {
            String claimed = "%d x %d pixels"
                    .formatted(header.get().width(), header.get().height());
            rejections.add(Reason.TOO_MANY_PIXELS, face.name(), claimed);
            return Optional.empty();
        }
        return Optional.of(LabeledFace.newBuilder()
                .setFaceId(FaceIds.contentHash(image))
                .setIdentity(face.identity())
                .setOperation(Operation.ADD)
                .setImage(ByteBuffer.wrap(image))
                .setEncoding(header.get().encoding())
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
