/** Training on the development split of LFW, loss by loss. */
@NullMarked
package io.rangestream.bench.lfw;

import org.jspecify.annotations.NullMarked;
