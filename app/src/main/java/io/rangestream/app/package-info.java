/** The rangestream command. */
@NullMarked
package io.rangestream.app;

import org.jspecify.annotations.NullMarked;
