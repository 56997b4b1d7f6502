/** A real Kafka broker in this process, for trying things out and for tests. */
@NullMarked
package io.rangestream.app.broker;

import org.jspecify.annotations.NullMarked;
