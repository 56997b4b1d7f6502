/** Configuration that every role shares: where values come from, and the keys that all of them have. */
@NullMarked
package io.rangestream.schemas.config;

import org.jspecify.annotations.NullMarked;
