/** Splits numeric loops over a few threads with the same result for any number of them. */
@NullMarked
package io.rangestream.learner.parallel;

import org.jspecify.annotations.NullMarked;
