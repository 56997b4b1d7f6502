package io.rangestream.learner;

import io.rangestream.avro.TrainingBatch;
import io.rangestream.schemas.wire.RecordCodec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For tests that build records before anything reads or writes one: Avro builds only records of classes it trusts, and it is
 * the codec's class that names ours to it.
 */
public final class TrustedRecords implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
        var codec = new RecordCodec(List.of(TrainingBatch.getClassSchema()), fingerprint -> Optional.empty());
        context.getStore(ExtensionContext.Namespace.GLOBAL).put(TrustedRecords.class, codec);
    }
}
