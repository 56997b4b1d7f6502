/** Trains on the batches, evaluates on the holdout, and publishes versions of the model. */
@NullMarked
package io.rangestream.learner;

import org.jspecify.annotations.NullMarked;
