/** The topics of a deployment: their names, keys, partitions and clean-up, and how they are created. */
@NullMarked
package io.rangestream.schemas.topics;

import org.jspecify.annotations.NullMarked;
