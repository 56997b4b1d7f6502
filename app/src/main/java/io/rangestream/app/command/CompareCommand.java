package io.rangestream.app.command;

import io.rangestream.app.experiment.Comparison;
import io.rangestream.app.experiment.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts runs side by side. */
@Command(
        name = "compare",
        description = "Put runs side by side: the settings in which they differ, and their figures.",
        mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", arity = "1..*", description = "Run folders, or folders of them.")
    private List<Path> runs = List.of();

    @Option(names = "--markdown", paramLabel = "FILE", description = "Also write the table there.")
    private @Nullable Path markdown;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the comparison there as JSON.")
    private @Nullable Path json;

    @Option(names = ConfigOptions.DEBUG, description = "Show stack traces.")
    private boolean debug;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Comparison comparison = Comparison.of(RunFolder.among(runs));
        Console.println(spec, comparison.markdown());
        if (markdown != null) {
            Files.writeString(markdown, comparison.markdown());
        }
        if (json != null) {
            comparison.writeJson(json);
        }
        return CommandLine.ExitCode.OK;
    }
}
