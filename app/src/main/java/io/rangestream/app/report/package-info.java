/** How results are shown: tables and charts that look the same everywhere. */
@NullMarked
package io.rangestream.app.report;

import org.jspecify.annotations.NullMarked;
