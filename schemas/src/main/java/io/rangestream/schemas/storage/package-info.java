/** Objects by name outside of Kafka: in a directory or in an S3-compatible store. */
@NullMarked
package io.rangestream.schemas.storage;

import org.jspecify.annotations.NullMarked;
