/** Turns training batches into the network's input ahead of the training thread: decoding, caching, augmentation. */
@NullMarked
package io.rangestream.learner.batch;

import org.jspecify.annotations.NullMarked;
