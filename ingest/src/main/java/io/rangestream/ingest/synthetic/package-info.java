/** Drawn faces of people who do not exist, for demonstrations and tests without anyone's photograph. */
@NullMarked
package io.rangestream.ingest.synthetic;

import org.jspecify.annotations.NullMarked;
