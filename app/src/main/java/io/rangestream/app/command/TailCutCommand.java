package io.rangestream.app.command;

import io.rangestream.app.experiment.RunFolder;
import io.rangestream.app.experiment.tailcut.Arm;
import io.rangestream.app.experiment.tailcut.BatchShape;
import io.rangestream.app.experiment.tailcut.CutReport;
import io.rangestream.app.experiment.tailcut.Study;
import io.rangestream.app.experiment.tailcut.TailCut;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.synthetic.Population;
import io.rangestream.ingest.synthetic.SyntheticFaces;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The study of the paper of range loss: what the tail is good for, by loss. */
@Command(
        name = "tail-cut",
        description = {
            "Cut the tail off a data set, by so many per cent of its people, and train under the same budget with each loss.",
            "Prints a table of losses and cuts; a run whose folder is in --out is passed over. A run that fails does not keep"
                    + " the others: exit 1 at the end."
        },
        mixinStandardHelpOptions = true)
final class TailCutCommand implements Callable<Integer> {
    /** Faces drawn for {@code --quick}: half of the people have two or three. */
    private static final Population QUICK = new Population(150, 1_800, 1, 2);

    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description =
                    "Faces: a folder per identity, or a tar or zip of one. A fifth of the people are held out by a"
                            + " stable hash and verified.")
    private @Nullable Path data;

    @Option(
            names = "--protocol",
            paramLabel = "DIR",
            description =
                    "Folder with LFW's protocol files: trains on the people of peopleDevTrain.txt and verifies the"
                            + " pairs of pairsDevTest.txt.")
    private @Nullable Path protocol;

    @Option(
            names = "--losses",
            paramLabel = "LOSS",
            split = ",",
            description =
                    "Losses beside softmax: softmax, contrastive, triplet, centre, range (the default), or any as the"
                            + " setting loss has it.")
    private List<String> losses = List.of();

    @Option(
            names = "--cuts",
            paramLabel = "PERCENT",
            split = ",",
            description =
                    "Share of the tail's people that is cut, those with the fewest faces first (default: 0,20,50,70,100).")
    private List<Integer> cuts = List.of();

    @Option(names = "--seeds", paramLabel = "SEED", split = ",", description = "A run for each (default: 1,2,3).")
    private List<Long> seeds = List.of();

    @Option(names = "--crops", paramLabel = "N", description = "Training crops of a run (default: 20000).")
    private @Nullable Integer crops;

    @Option(
            names = "--every",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Crops between two evaluations (default: ${DEFAULT-VALUE}).")
    private int every;

    @Option(
            names = "--tail-below",
            paramLabel = "N",
            defaultValue = "20",
            description = "Faces below which a person belongs to the tail (default: ${DEFAULT-VALUE}).")
    private int tailBelow;

    @Option(
            names = "--sampling",
            paramLabel = "balanced|instance",
            defaultValue = "balanced",
            description =
                    "P people and K crops of each, or P times K crops with every face alike (default: ${DEFAULT-VALUE}).")
    private Arm.Sampling sampling = Arm.Sampling.BALANCED;

    @Option(
            names = "--tau",
            paramLabel = "T",
            defaultValue = "1",
            description =
                    "Balanced batches: people are drawn in proportion to n^T, n their faces (default: ${DEFAULT-VALUE}).")
    private double tau;

    @Option(
            names = "--people",
            paramLabel = "P",
            defaultValue = "16",
            description = "People in a batch (default: ${DEFAULT-VALUE}).")
    private int people;

    @Option(
            names = "--crops-each",
            paramLabel = "K",
            defaultValue = "4",
            description = "Crops of each (default: ${DEFAULT-VALUE}).")
    private int cropsEach;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Where the run folders and the table go.")
    private Path out = Path.of("");

    @Option(
            names = "--quick",
            description =
                    "Drawn faces, a small network and a small budget: softmax and range, cuts 0 and 100, one seed.")
    private boolean quick;

    @Option(names = "--report-only", description = "Run nothing: make the table from the runs that are there.")
    private boolean reportOnly;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> failed = reportOnly ? List.of() : run();
        if (failed.isEmpty() || RunFolder.isAnyIn(out)) {
            CutReport report = CutReport.of(out);
            Console.println(spec, report.markdown());
            for (Path written : report.write(out)) {
                Console.println(spec, written.toString());
            }
        }
        if (!failed.isEmpty()) {
            throw new IllegalStateException("arms that failed: " + String.join(", ", failed));
        }
        return CommandLine.ExitCode.OK;
    }

    private List<String> run() throws IOException, InterruptedException {
        require((data == null) == quick, "say what to train on: --data PATH, or --quick for drawn faces");
        require(protocol == null || data != null, "--protocol needs --data with the images it names");
        try (FaceSource source = data == null ? new SyntheticFaces(QUICK, 1, 32) : FaceSource.open(data)) {
            return new TailCut(study(source.description()), out, line -> Console.progress()
                            .println(line))
                    .run(source, Optional.ofNullable(protocol));
        }
    }

    private Study study(String description) {
        Settings settings = config.settings();
        if (quick) {
            settings = settings.orElse(Settings.of(Map.of(
                    LearnerConfig.INPUT_SIZE, "32", LearnerConfig.WIDTH, "0.5", LearnerConfig.EMBEDDING_DIM, "64")));
        }
        List<String> names = losses.isEmpty()
                ? quick ? List.of("softmax", "range") : List.of("softmax", "contrastive", "triplet", "centre", "range")
                : losses;
        List<Integer> percents = cuts.isEmpty() ? quick ? List.of(0, 100) : List.of(0, 20, 50, 70, 100) : cuts;
        return new Study(
                names.stream().map(Arm::lossOf).toList(),
                percents,
                seeds.isEmpty() ? quick ? List.of(1L) : List.of(1L, 2L, 3L) : seeds,
                sampling,
                tau,
                crops == null ? quick ? 4_000 : 20_000 : crops,
                every,
                tailBelow,
                new BatchShape(people, cropsEach),
                settings,
                description);
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(Console.of(spec), otherwise);
        }
    }
}
