/** Reads labelled face crops, or makes them, and sends them to the faces topic. */
@NullMarked
package io.rangestream.ingest;

import org.jspecify.annotations.NullMarked;
