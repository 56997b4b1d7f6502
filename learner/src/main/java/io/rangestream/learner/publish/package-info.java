/** Publishes versions in one transaction with the consumed offsets, and reads back what was published. */
@NullMarked
package io.rangestream.learner.publish;

import org.jspecify.annotations.NullMarked;
