/** The hash that everything is named and checked by. */
@NullMarked
package io.rangestream.schemas.hash;

import org.jspecify.annotations.NullMarked;
