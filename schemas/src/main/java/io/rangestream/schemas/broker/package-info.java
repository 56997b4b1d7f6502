/** What a role does while Kafka, or something else it needs, cannot be reached. */
@NullMarked
package io.rangestream.schemas.broker;

import org.jspecify.annotations.NullMarked;
