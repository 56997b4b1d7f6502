package io.rangestream.app.command;

import io.rangestream.sampler.config.SamplerConfig;
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

    /** Refuses what no face can be labelled with. */
    static void requireIdentity(CommandLine.Model.@Nullable CommandSpec spec, String identity) {
        if (identity.isBlank() || identity.indexOf('/') >= 0 || identity.length() > SamplerConfig.MAX_NAME_CHARS) {
            throw new CommandLine.ParameterException(
                    of(spec), "an identity has 1 to %d characters and no '/'".formatted(SamplerConfig.MAX_NAME_CHARS));
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
