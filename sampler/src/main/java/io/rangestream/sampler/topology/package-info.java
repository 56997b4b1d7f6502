/** The Streams topology: faces in, batches, holdout faces and dead letters out. */
@NullMarked
package io.rangestream.sampler.topology;

import org.jspecify.annotations.NullMarked;
