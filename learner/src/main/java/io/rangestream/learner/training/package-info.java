/** The training state and its steps. */
@NullMarked
package io.rangestream.learner.training;

import org.jspecify.annotations.NullMarked;
