/** Where labelled face crops come from: folders and archives, their index, and the order in which they are taken. */
@NullMarked
package io.rangestream.ingest.source;

import org.jspecify.annotations.NullMarked;
