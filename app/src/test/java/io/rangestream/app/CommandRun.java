package io.rangestream.app;

import io.rangestream.app.command.RangeStreamCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A command that was run in this process against a test's broker: its exit code and what it printed, stripped. */
record CommandRun(int exit, String out, String err) {

    /** @param prefix of the topics, unless the arguments name one */
    static CommandRun of(SharedBroker broker, String prefix, List<String> arguments) {
        var all = new ArrayList<>(arguments);
        all.addAll(List.of("-b", broker.bootstrapServers()));
        if (!all.contains("--topic-prefix")) {
            all.addAll(List.of("--topic-prefix", prefix));
        }
        return of(all);
    }

    /** A whole command line. */
    static CommandRun of(List<String> arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int exit = RangeStreamCommand.execute(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments.toArray(String[]::new));
        return new CommandRun(
                exit,
                out.toString(StandardCharsets.UTF_8).strip(),
                err.toString(StandardCharsets.UTF_8).strip());
    }
}
