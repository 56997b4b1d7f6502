/** The way of a version from the learner to those who serve it. */
@NullMarked
package io.rangestream.bench.publication;

import org.jspecify.annotations.NullMarked;
