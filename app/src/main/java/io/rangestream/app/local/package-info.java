/** Several roles in one process, until the work given to them is done. */
@NullMarked
package io.rangestream.app.local;

import org.jspecify.annotations.NullMarked;
