/** Settings of the learner. */
@NullMarked
package io.rangestream.learner.config;

import org.jspecify.annotations.NullMarked;
