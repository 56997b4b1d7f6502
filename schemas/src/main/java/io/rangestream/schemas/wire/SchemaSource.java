package io.rangestream.schemas.wire;

import java.util.Optional;
import org.apache.avro.Schema;

/** Where a reader asks for the schema behind a fingerprint it does not know. */
@FunctionalInterface
public interface SchemaSource {

    /** Knows nothing beyond what is compiled in. */
    SchemaSource NONE = fingerprint -> Optional.empty();

    /**
     * The schema with this CRC-64-AVRO fingerprint, if it is known. May block for as long as a look at a topic takes.
     */
    Optional<Schema> find(long fingerprint);
}
