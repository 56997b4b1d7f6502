/** Follows model updates and serves the newest promoted version. */
@NullMarked
package io.rangestream.client;

import org.jspecify.annotations.NullMarked;
