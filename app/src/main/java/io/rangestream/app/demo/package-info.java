/** The whole of RangeStream in one process, from faces to model versions. */
@NullMarked
package io.rangestream.app.demo;

import org.jspecify.annotations.NullMarked;
