/** What stands on {@code model-updates}: how its keys and headers are written, and which of its records count. */
@NullMarked
package io.rangestream.schemas.updates;

import org.jspecify.annotations.NullMarked;
