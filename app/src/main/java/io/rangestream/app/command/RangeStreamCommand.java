package io.rangestream.app.command;

import io.rangestream.app.ConfigurationReference;
import io.rangestream.app.RangeStream;
import io.rangestream.app.ShutdownSignal;
import io.rangestream.schemas.broker.BrokerUnreachableException;
import io.rangestream.schemas.broker.KafkaFailure;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** The command and what its subcommands have in common: help, exit codes, errors in one line. */
@Command(
        name = "rangestream",
        description = "A continual learner for face embeddings on Kafka.",
        version = "rangestream " + RangeStream.VERSION,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            BrokerCommand.class,
            TopicsCommand.class,
            IngestCommand.class,
            SamplerCommand.class,
            LearnerCommand.class,
            EraseCommand.class,
            RetractCommand.class,
            RelabelCommand.class,
            IdentitiesCommand.class,
            RejectedCommand.class,
            ModelsCommand.class,
            EvaluateCommand.class,
            ExperimentCommand.class,
        },
        footer = {
            "",
            "Settings come from flags, then the environment (topic.prefix is RANGESTREAM_TOPIC_PREFIX), then --config"
                    + " FILE, then defaults; docs/configuration.md lists them.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage."
        })
public final class RangeStreamCommand implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    /**
     * Runs a command line.
     *
     * @return exit code
     */
    public static int execute(PrintStream out, PrintStream err, String... arguments) {
        var command = new CommandLine(new RangeStreamCommand())
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false) // A name may begin with @.
                .setUsageHelpWidth(110)
                .setParameterExceptionHandler(RangeStreamCommand::wrongUsage)
                .setExecutionExceptionHandler(RangeStreamCommand::failed);
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].indexOf('\uFFFD') >= 0) {
                command.getErr().println("rangestream: argument %d %s".formatted(i + 1, Settings.NOT_UTF8));
                return CommandLine.ExitCode.USAGE;
            }
        }
        ConfigurationReference.unknownVariables(System.getenv())
                .forEach(line -> command.getErr().println("rangestream: " + line));
        try {
            return command.execute(arguments);
        } catch (LinkageError | AssertionError e) {
            return failed(e, command, List.of(arguments).contains(ConfigOptions.DEBUG));
        }
    }

    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(spec.commandLine().getOut());
        }
    }

    private static int wrongUsage(CommandLine.ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        command.getErr().println("rangestream: " + oneLine(e));
        command.getErr()
                .println("Try '%s --help'.".formatted(command.getCommandSpec().qualifiedName()));
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine command, ParseResult parsed) {
        boolean debug = command.getParseResult().matchedOptions().stream()
                .anyMatch(option -> option.longestName().equals(ConfigOptions.DEBUG));
        return failed(e, command, debug);
    }

    private static int failed(Throwable e, CommandLine command, boolean debug) {
        if (debug) {
            e.printStackTrace(command.getErr());
        } else if (!ShutdownSignal.isJvmEnding()) {
            command.getErr().println("rangestream: " + whatFailed(e, command));
        }
        return e instanceof ConfigurationException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    /** An outage in the words that all roles use. */
    private static String whatFailed(Throwable e, CommandLine command) {
        boolean isOutage =
                e instanceof KafkaException && !(e instanceof BrokerUnreachableException) && KafkaFailure.mayPass(e);
        return isOutage
                ? command.getCommandSpec().mixins().values().stream()
                        .map(CommandLine.Model.CommandSpec::userObject)
                        .filter(ConfigOptions.class::isInstance)
                        .map(ConfigOptions.class::cast)
                        .findFirst()
                        .map(options -> "cannot reach Kafka at %s: %s".formatted(options.brokers(), oneLine(e)))
                        .orElse(oneLine(e))
                : oneLine(e);
    }

    /** What went wrong in one line; where a Kafka error only says that something failed, its cause says what. */
    static String oneLine(Throwable e) {
        if (e instanceof KafkaException && KafkaFailure.isKnown(e)) {
            return e instanceof BrokerUnreachableException ? String.valueOf(e.getMessage()) : KafkaFailure.line(e);
        }
        Throwable told = e instanceof KafkaException && e.getClass() == KafkaException.class && e.getCause() != null
                ? e.getCause()
                : e;
        if (told instanceof FileSystemException file && file.getReason() == null) {
            // The message of these is the path alone.
            return "%s: %s".formatted(file.getClass().getSimpleName().replace("Exception", ""), file.getMessage());
        }
        String message = told.getMessage();
        String line = message == null || message.isBlank()
                ? told.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").strip();
        return line.isEmpty() ? told.getClass().getSimpleName().toLowerCase(Locale.ROOT) : line;
    }
}
