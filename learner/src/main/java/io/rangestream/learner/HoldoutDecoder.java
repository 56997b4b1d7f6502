package io.rangestream.learner;

import io.rangestream.avro.LabeledFace;
import io.rangestream.learner.batch.BatchPreparer;
import io.rangestream.learner.batch.LeftOutFace;
import io.rangestream.learner.evaluation.HoldoutReader;
import io.rangestream.learner.training.TrainingException;
import io.rangestream.schemas.image.InvalidImageException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** Decodes holdout faces as crops of batches are decoded; leaves damaged ones out. */
final class HoldoutDecoder implements HoldoutReader.Decoder {
    private final BatchPreparer preparer;
    private final Consumer<LeftOutFace> damaged;

    /** @param damaged told of each that is left out, whenever it is met */
    HoldoutDecoder(BatchPreparer preparer, Consumer<LeftOutFace> damaged) {
        this.preparer = preparer;
        this.damaged = damaged;
    }

    @Override
    public byte @Nullable [] decode(LabeledFace face) {
        try {
            return preparer.decode(face.getImage(), face.getEncoding(), face.getWidth(), face.getHeight())
                    .get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InvalidImageException invalid) {
                damaged.accept(new LeftOutFace(
                        face.getIdentity(),
                        face.getFaceId(),
                        face.getImage().remaining(),
                        String.valueOf(invalid.getMessage()),
                        -1));
                return null;
            }
            throw new TrainingException("a holdout face could not be decoded: " + e.getCause(), e);
        }
    }
}
