package io.rangestream.app.command;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Experiments, each with a run folder for every run. */
@Command(
        name = "experiment",
        description = {
            "Repeat an experiment, and compare its runs.",
            "Every run leaves a folder with its settings, seed, versions and figures (run.json);"
                    + " a run whose folder is there is passed over."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TailCutCommand.class, ContinualCommand.class, CompareCommand.class})
final class ExperimentCommand implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        Console.println(spec, Console.of(spec).getUsageMessage().stripTrailing());
    }
}
