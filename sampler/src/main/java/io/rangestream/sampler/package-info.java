/** Keeps a buffer of faces per identity and draws balanced training batches from them, as a Kafka Streams application. */
@NullMarked
package io.rangestream.sampler;

import org.jspecify.annotations.NullMarked;
