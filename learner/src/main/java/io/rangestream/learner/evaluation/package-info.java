/** Measures versions on the holdout: pairs, ROC figures, and the comparison with the promoted version. */
@NullMarked
package io.rangestream.learner.evaluation;

import org.jspecify.annotations.NullMarked;
