package io.rangestream.learner.batch;

import io.rangestream.avro.TrainingBatch;
import java.util.List;

/**
 * A batch as the network takes it. The crops array may be longer than needed and is returned to its pool by {@link
 * BatchPreparer#release}.
 *
 * @param source the record, without its images being needed any more
 * @param crops {@code [n, 3, size, size]}, augmented
 * @param identities identity of each crop, length n
 * @param pictures what each crop is recognised by; empty if nobody asks
 * @param leftOut faces of the record that could not be decoded
 */
public record PreparedBatch(
        TrainingBatch source,
        float[] crops,
        List<String> identities,
        List<Picture> pictures,
        List<LeftOutFace> leftOut) {
    /** A batch whose crops nobody has to recognise. */
    public PreparedBatch(TrainingBatch source, float[] crops, List<String> identities, List<LeftOutFace> leftOut) {
        this(source, crops, identities, List.of(), leftOut);
    }

    /** Number of crops, n. */
    public int size() {
        return identities.size();
    }
}
