package io.rangestream.app.command;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.app.broker.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a broker for trying things out. */
@Command(
        name = "broker",
        description = "Run a single Kafka broker on the loopback interface, for trying things out.",
        mixinStandardHelpOptions = true)
final class BrokerCommand implements Callable<Integer> {
    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "Port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of its data, kept; without it the data is temporary and deleted at the end.")
    private @Nullable Path data;

    @Option(names = ConfigOptions.DEBUG, description = "Show stack traces.")
    private boolean debug;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 1 || port > 65535) {
            throw new CommandLine.ParameterException(
                    Console.of(spec), "--port must lie between 1 and 65535, not " + port);
        }
        try (ShutdownSignal signal = ShutdownSignal.listen()) {
            Path directory = data == null ? Files.createTempDirectory("rangestream-broker-") : data;
            try (EmbeddedBroker broker = EmbeddedBroker.start(directory, port)) {
                Console.println(spec, "Kafka listens on %s; Ctrl-C ends it".formatted(broker.bootstrapServers()));
                while (!signal.await(Duration.ofHours(1))) {
                    continue;
                }
            } finally {
                if (data == null) {
                    EmbeddedBroker.delete(directory);
                }
            }
        }
        return CommandLine.ExitCode.OK;
    }
}
