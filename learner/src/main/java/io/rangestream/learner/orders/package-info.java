/** What operators order of the versions: read from their topic, judged by one set of rules, settled exactly once. */
@NullMarked
package io.rangestream.learner.orders;

import org.jspecify.annotations.NullMarked;
