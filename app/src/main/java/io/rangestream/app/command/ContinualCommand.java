package io.rangestream.app.command;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.app.experiment.continual.Arm;
import io.rangestream.app.experiment.continual.ContinualExperiment;
import io.rangestream.app.experiment.continual.ContinualOptions;
import io.rangestream.app.experiment.continual.ContinualReport;
import io.rangestream.app.experiment.continual.StreamOrder;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.synthetic.SyntheticFaces;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Measures continual learning on streams in several orders against offline training. */
@Command(
        name = "continual",
        description = {
            "Measure continual learning against its upper bound, offline training on everything.",
            "Every run goes through an embedded broker, the learner and, for the arms with buffers, sampler and ingest;"
                    + " ten versions of each are measured as a client would. Finished runs are passed over."
        },
        mixinStandardHelpOptions = true)
final class ContinualCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Faces: a folder per identity, or a tar or zip of one.")
    private @Nullable Path data;

    @Option(
            names = "--protocol",
            paramLabel = "DIR",
            description =
                    "Folder with the protocol files of LFW: trains on the people of peopleDevTrain.txt, measures on the"
                            + " pairs of pairsDevTest.txt. Without it a fifth of the people is held out.")
    private @Nullable Path protocol;

    @Option(
            names = "--orders",
            paramLabel = "ORDER",
            split = ",",
            description =
                    "Of shuffled, by-identity, waves, head-first and drift (default: shuffled,by-identity,waves).")
    private List<String> orders = List.of();

    @Option(
            names = "--arms",
            paramLabel = "ARM",
            split = ",",
            description =
                    "raw: no buffers, the most recent faces. softmax, range: the sampler's batches without and with range"
                            + " loss. offline: everything known from the start (default: all four).")
    private List<String> arms = List.of();

    @Option(
            names = "--seeds",
            paramLabel = "N",
            split = ",",
            description = "A run of each order and arm for each (default: 1,2,3).")
    private List<Long> seeds = List.of();

    @Option(names = "--crops", paramLabel = "N", description = "Training crops of each run (default: 60000).")
    private @Nullable Integer crops;

    @Option(
            names = "--waves",
            paramLabel = "N",
            defaultValue = "5",
            description = "Waves that new people come in (default: ${DEFAULT-VALUE}).")
    private int waves;

    @Option(
            names = "--min-faces",
            paramLabel = "N",
            defaultValue = "2",
            description = "People with fewer faces are left out (default: ${DEFAULT-VALUE}).")
    private int minFaces;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Where the run folders and the summary go.")
    private Path out = Path.of("");

    @Option(
            names = "--quick",
            description =
                    "Drawn faces, a small network and a small budget: the order by-identity, raw and range, one seed.")
    private boolean quick;

    @Option(names = "--report-only", description = "Run nothing: make the tables and plots of the runs that are there.")
    private boolean reportOnly;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!reportOnly) {
            require((data == null) == quick, "say what to train on: --data PATH, or --quick for drawn faces");
            require(protocol == null || data != null, "--protocol needs --data with the images it names");
            require(!config.namesBrokers(), "every run has a broker of its own: -b has no place here");
            if (!run()) {
                return CommandLine.ExitCode.SOFTWARE;
            }
        }
        ContinualReport report = ContinualReport.of(out);
        Console.println(spec, report.markdown());
        for (Path written : report.write(out)) {
            Console.println(spec, written.toString());
        }
        return CommandLine.ExitCode.OK;
    }

    private boolean run() throws IOException, InterruptedException {
        Settings settings = quick ? config.settings().orElse(ContinualOptions.QUICK_NETWORK) : config.settings();
        try (ShutdownSignal signal = ShutdownSignal.listen();
                FaceSource source =
                        data == null ? new SyntheticFaces(ContinualOptions.QUICK, 1, 32) : FaceSource.open(data)) {
            return new ContinualExperiment(options(), settings, signal, Console.progress()).run(source);
        }
    }

    private ContinualOptions options() {
        List<String> orderKeys = !orders.isEmpty()
                ? orders
                : quick ? List.of("by-identity") : List.of("shuffled", "by-identity", "waves");
        List<String> armKeys = !arms.isEmpty()
                ? arms
                : quick ? List.of("raw", "range") : List.of("raw", "softmax", "range", "offline");
        return new ContinualOptions(
                Optional.ofNullable(protocol),
                orderKeys.stream().map(StreamOrder::of).toList(),
                armKeys.stream().map(Arm::of).toList(),
                !seeds.isEmpty() ? seeds : quick ? List.of(1L) : List.of(1L, 2L, 3L),
                crops != null ? crops : quick ? ContinualOptions.QUICK_CROPS : ContinualOptions.DEFAULT_CROPS,
                waves,
                minFaces,
                out);
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(Console.of(spec), otherwise);
        }
    }
}
