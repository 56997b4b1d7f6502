/** Log lines about what lasts. */
@NullMarked
package io.rangestream.schemas.log;

import org.jspecify.annotations.NullMarked;
