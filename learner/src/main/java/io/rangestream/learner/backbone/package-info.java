/** The seam between training and the engine that computes the network: plain arrays in, plain arrays out. */
@NullMarked
package io.rangestream.learner.backbone;

import org.jspecify.annotations.NullMarked;
