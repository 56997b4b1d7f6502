/** Seeded draws of identities in proportion to their weight, and of crops within an identity. */
@NullMarked
package io.rangestream.sampler.internal.draw;

import org.jspecify.annotations.NullMarked;
