/** Everything training needs to go on, written atomically and verified when read. */
@NullMarked
package io.rangestream.learner.checkpoint;

import org.jspecify.annotations.NullMarked;
