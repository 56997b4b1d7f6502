package io.rangestream.app.command;

import io.rangestream.schemas.identity.InvalidNameException;
import io.rangestream.schemas.identity.NameRule;
import java.io.PrintStream;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Where a command prints to. */
final class Console {
    private Console() {}

    /** The command line that picocli put into a command. */
    static CommandLine of(CommandLine.Model.@Nullable CommandSpec spec) {
        if (spec == null) {
            throw new IllegalStateException("not run by picocli");
        }
        return spec.commandLine();
    }

    /** The name that an argument stands for. */
    static String name(CommandLine.Model.@Nullable CommandSpec spec, NameRule rule, String argument) {
        try {
            return rule.normalise(argument);
        } catch (InvalidNameException e) {
            throw new CommandLine.ParameterException(of(spec), String.valueOf(e.getMessage()));
        }
    }

    /** Whether a person watches standard output. */
    static boolean isTerminal() {
        return System.console() != null && System.getenv("CI") == null;
    }

    /** Progress goes to standard error, results to standard output. */
    static PrintStream progress() {
        return System.err;
    }

    static void println(CommandLine.Model.@Nullable CommandSpec spec, String text) {
        PrintWriter out = of(spec).getOut();
        out.println(text);
        out.flush();
    }
}
