package io.rangestream.ingest;

import io.rangestream.schemas.image.ImageHeader;
import java.util.Optional;

/** Notices when what is sent looks like photos rather than crops of one face. Not thread-safe. */
final class CropShapes {
    private static final int LONG_SIDE = 400;
    private static final double ASPECT = 1.6;

    private long crops;
    private long photos;

    void add(ImageHeader picture) {
        int longer = Math.max(picture.width(), picture.height());
        int shorter = Math.min(picture.width(), picture.height());
        crops++;
        photos += longer > LONG_SIDE || longer > ASPECT * shorter ? 1 : 0;
    }

    /** A line for people, if most are no crops by their sides. It blocks nothing: a sharp crop may be large. */
    Optional<String> hint() {
        return 2 * photos > crops
                ? Optional.of(
                        ("most look like whole photos (a side above %d pixels, or more than %s times the other): the"
                                        + " model needs crops of one face, see docs/protocol.md")
                                .formatted(LONG_SIDE, ASPECT))
                : Optional.empty();
    }
}
