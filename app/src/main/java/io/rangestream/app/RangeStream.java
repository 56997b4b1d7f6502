package io.rangestream.app;

import io.rangestream.app.command.RangeStreamCommand;

/** Entry of the {@code rangestream} command. */
public final class RangeStream {
    public static final String VERSION = "0.1.0";

    private RangeStream() {}

    public static void main(String[] arguments) {
        System.exit(RangeStreamCommand.execute(System.out, System.err, arguments));
    }
}
