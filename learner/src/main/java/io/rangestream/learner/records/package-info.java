/** Which records of the topics belong to the log that is trained on, and what became of those that do not. */
@NullMarked
package io.rangestream.learner.records;

import org.jspecify.annotations.NullMarked;
