/** Which text names a person or a face: one rule for what arrives, what is ordered and what is asked. */
@NullMarked
package io.rangestream.schemas.identity;

import org.jspecify.annotations.NullMarked;
