/** The buffers: which faces of an identity are kept, and where they lie in the stores. */
@NullMarked
package io.rangestream.sampler.internal.buffer;

import org.jspecify.annotations.NullMarked;
