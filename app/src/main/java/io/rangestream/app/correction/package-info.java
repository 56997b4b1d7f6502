/** Erasing people, taking faces back, relabelling them; and seeing that it was done. */
@NullMarked
package io.rangestream.app.correction;

import org.jspecify.annotations.NullMarked;
