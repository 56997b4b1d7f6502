/** What an operator asks a role over HTTP: whether it lives, whether it is ready, its metrics. */
@NullMarked
package io.rangestream.app.health;

import org.jspecify.annotations.NullMarked;
