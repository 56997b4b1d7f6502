package io.rangestream.app.command;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.app.demo.Demo;
import io.rangestream.app.demo.DemoOptions;
import io.rangestream.app.demo.DemoReport;
import io.rangestream.ingest.source.FaceSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Runs everything in one process and shows what comes of it. */
@Command(
        name = "demo",
        description = {
            "Run broker, sampler, learner, client and ingest in this process, and show what comes of it.",
            "Replay ratio and publication interval follow from --crops.",
            "Exit code 0 only if at least two versions were promoted and the last beats the untrained network."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description =
                    "Faces to learn: a folder per identity, or a tar or zip of one. Default: faces drawn by RangeStream.")
    private @Nullable Path data;

    @Option(
            names = "--protocol",
            paramLabel = "DIR",
            description =
                    "Folder with the protocol files of LFW: trains on the people of peopleDevTrain.txt, evaluates on the"
                            + " pairs of pairsDevTest.txt with the threshold from pairsDevTrain.txt.")
    private @Nullable Path protocol;

    @Option(
            names = "--crops",
            paramLabel = "N",
            defaultValue = "" + DemoOptions.DEFAULT_CROPS,
            description = "Training crops (default: ${DEFAULT-VALUE}, about a minute on two cores).")
    private int crops;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of everything that is drawn (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the figures as JSON.")
    private @Nullable Path report;

    @Option(
            names = "--keep",
            description = "Keep the broker's data, the state and the checkpoints, and say where they are.")
    private boolean keep;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (protocol != null && data == null) {
            throw new ParameterException(Console.of(spec), "--protocol needs --data with the images it names");
        }
        if (crops < DemoOptions.MIN_CROPS) {
            throw new ParameterException(
                    Console.of(spec), "--crops must be at least %d, not %d".formatted(DemoOptions.MIN_CROPS, crops));
        }
        if (report != null && !Files.isWritable(parent(report))) {
            throw new ParameterException(Console.of(spec), "--report %s cannot be written".formatted(report));
        }
        var options = new DemoOptions(
                Optional.ofNullable(protocol), crops, seed, keep, config.namesBrokers(), Console.isTerminal());
        try (ShutdownSignal signal = ShutdownSignal.listen();
                FaceSource source =
                        SourceOptions.open(data, DemoOptions.SYNTHETIC_IDENTITIES, DemoOptions.SYNTHETIC_FACES, seed);
                var demo = new Demo(options, config.settings(), source, signal, Console.progress())) {
            Optional<DemoReport> result = demo.run();
            if (result.isEmpty()) {
                return CommandLine.ExitCode.SOFTWARE;
            }
            Console.println(spec, VersionTable.render(demo.versions()));
            Console.println(spec, "");
            Console.println(spec, result.get().summary());
            if (report != null) {
                result.get().write(report);
            }
            return result.get().isSuccess() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file : parent;
    }
}
