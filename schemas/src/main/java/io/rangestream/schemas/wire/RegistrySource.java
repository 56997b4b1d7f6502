package io.rangestream.schemas.wire;

import java.util.Optional;
import org.apache.avro.Schema;

/** A source that also knows the schemas of a registry, by the number that its framing carries (a zero byte and four of id). */
public interface RegistrySource extends SchemaSource {
    /**
     * The schema with this id, if the registry has it.
     *
     * @throws org.apache.kafka.common.errors.RetriableException if the registry cannot be asked: what is not known to be
     *     missing must not be refused
     */
    Optional<Schema> findById(int id);
}
