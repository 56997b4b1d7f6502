/** The subcommands of rangestream. */
@NullMarked
package io.rangestream.app.command;

import org.jspecify.annotations.NullMarked;
