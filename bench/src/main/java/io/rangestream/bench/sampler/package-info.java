/** Scenarios of the sampler against a real broker; each is a main class. */
@NullMarked
package io.rangestream.bench.sampler;

import org.jspecify.annotations.NullMarked;
