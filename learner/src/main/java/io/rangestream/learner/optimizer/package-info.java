/** The arithmetic of the optimiser on plain arrays, shared by the network and the head. */
@NullMarked
package io.rangestream.learner.optimizer;

import org.jspecify.annotations.NullMarked;
