package io.rangestream.sampler.internal.buffer;

import java.nio.ByteBuffer;

/**
 * What a task has seen of its pictures' labels; part of its {@link TaskState}. Immutable.
 *
 * @param pictures new faces that were remembered in {@link RecentPictures}
 * @param conflicts faces whose picture was there under another identity, refused ones included
 * @param repeats faces whose picture was there under the same identity with another face_id
 */
public record LabelState(long pictures, long conflicts, long repeats) {
    static final int BYTES = 3 * Long.BYTES;
    static final LabelState NONE = new LabelState(0, 0, 0);

    static LabelState read(ByteBuffer bytes) {
        return new LabelState(bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    void write(ByteBuffer bytes) {
        bytes.putLong(pictures).putLong(conflicts).putLong(repeats);
    }

    /** After a new face of this finding. */
    public LabelState noted(RecentPictures.Finding finding) {
        return new LabelState(
                pictures + 1,
                conflicts + (finding == RecentPictures.Finding.OTHER_IDENTITY ? 1 : 0),
                repeats + (finding == RecentPictures.Finding.SAME_IDENTITY ? 1 : 0));
    }

    /** After a face that was refused, as its picture was there under another identity. */
    public LabelState refused() {
        return new LabelState(pictures, conflicts + 1, repeats);
    }
}
