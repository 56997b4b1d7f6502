/** The classification head that grows with the stream, and the joint objective made of it and range loss. */
@NullMarked
package io.rangestream.learner.head;

import org.jspecify.annotations.NullMarked;
