/** The dead letters: which there are, and sending them once more. */
@NullMarked
package io.rangestream.app.rejected;

import org.jspecify.annotations.NullMarked;
