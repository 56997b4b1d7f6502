/** Losses on embeddings, in closed form, with their gradients. */
@NullMarked
package io.rangestream.learner.loss;

import org.jspecify.annotations.NullMarked;
