/** Benchmarks of the parts and of the whole. */
@NullMarked
package io.rangestream.bench;

import org.jspecify.annotations.NullMarked;
