package io.rangestream.learner;

import io.rangestream.avro.Encoding;
import io.rangestream.learner.batch.BatchPreparer;
import io.rangestream.learner.evaluation.HoldoutReader;
import io.rangestream.learner.training.TrainingException;
import io.rangestream.schemas.image.InvalidImageException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decodes holdout faces as crops of batches are decoded; leaves damaged ones out. */
final class HoldoutDecoder implements HoldoutReader.Decoder {
    private static final Logger log = LoggerFactory.getLogger(HoldoutDecoder.class);

    private final BatchPreparer preparer;

    HoldoutDecoder(BatchPreparer preparer) {
        this.preparer = preparer;
    }

    @Override
    public byte @Nullable [] decode(ByteBuffer image, Encoding encoding, int width, int height) {
        try {
            return preparer.decode(image, encoding, width, height).get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InvalidImageException) {
                log.warn("a holdout face is left out: {}", e.getCause().getMessage());
                return null;
            }
            throw new TrainingException("a holdout face could not be decoded: " + e.getCause(), e);
        }
    }
}
