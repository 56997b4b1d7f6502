/** Which faces are trained on and which are held out, as a pure function of their names. */
@NullMarked
package io.rangestream.sampler.split;

import org.jspecify.annotations.NullMarked;
