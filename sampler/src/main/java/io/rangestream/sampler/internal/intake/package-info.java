/** What a record on the faces topic asks for, and why a bad one is refused, before any state is touched. */
@NullMarked
package io.rangestream.sampler.internal.intake;

import org.jspecify.annotations.NullMarked;
