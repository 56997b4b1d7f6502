/** Liveness and readiness over HTTP. */
@NullMarked
package io.rangestream.app.health;

import org.jspecify.annotations.NullMarked;
