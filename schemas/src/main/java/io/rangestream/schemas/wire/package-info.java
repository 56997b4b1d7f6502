/** Avro single-object encoding of the records, and the schemas topic through which readers learn what writers wrote. */
@NullMarked
package io.rangestream.schemas.wire;

import org.jspecify.annotations.NullMarked;
