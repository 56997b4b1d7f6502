/** What an operator can set on the sampler. */
@NullMarked
package io.rangestream.sampler.config;

import org.jspecify.annotations.NullMarked;
