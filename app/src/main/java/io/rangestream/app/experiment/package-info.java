/** Experiments: what their runs leave behind, and the tables made of it. */
@NullMarked
package io.rangestream.app.experiment;

import org.jspecify.annotations.NullMarked;
