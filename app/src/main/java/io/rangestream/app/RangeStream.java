package io.rangestream.app;

import io.rangestream.app.command.RangeStreamCommand;
import java.util.Locale;

/** Entry of the {@code rangestream} command. */
public final class RangeStream {
    public static final String VERSION = "0.1.0";

    private RangeStream() {}

    public static void main(String[] arguments) {
        // What is printed and compared must not depend on the shell's language.
        Locale.setDefault(Locale.ROOT);
        System.exit(RangeStreamCommand.execute(System.out, System.err, arguments));
    }
}
