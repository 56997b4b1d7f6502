package io.rangestream.bench.lfw;

import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.config.LossConfig;
import io.rangestream.learner.training.Trainer;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Trains on a stream of LFW DevTrain with one loss, batch shape and seed, and appends the area under the ROC curve on LFW DevTest to
 * a CSV file. A run that is there already is passed over, so that a list of runs can be started again after an interruption.
 */
@Command(name = "lfw-losses", mixinStandardHelpOptions = true, description = "LFW DevTest AUC of a loss, as CSV.")
public final class LfwLosses implements Callable<Integer> {
    private static final String HEADER = "loss,batch,seed,settings,crops,auc,total,skipped,seconds\n";

    @Option(names = "--data", description = "Folder of lfw-112.tar, pairsDevTest.txt, peopleDevTrain.txt.")
    private Path data = Path.of("../shared/data/lfw");

    @Option(names = "--out", required = true, description = "CSV file to append to.")
    private Path out = Path.of("");

    @Option(names = "--loss", defaultValue = "softmax+range", description = "As the setting loss.")
    private String loss = "";

    @Option(names = "--people", defaultValue = "16", description = "P, people in a batch.")
    private int people;

    @Option(names = "--crops-each", defaultValue = "4", description = "K, crops of each.")
    private int cropsEach;

    @Option(names = "--seed", defaultValue = "1", description = "Of the weights, the order of arrival and the draws.")
    private long seed;

    @Option(names = "--crops", defaultValue = "20000", description = "Crops to train on.")
    private int crops;

    @Option(names = "--every", defaultValue = "10000", description = "Crops between two evaluations.")
    private int every;

    @Option(names = "--threads", defaultValue = "2", description = "Threads of the native operations.")
    private int threads;

    @Option(names = "--markdown", description = "Train nothing; print the CSV file as a table of means over the seeds.")
    private boolean markdown;

    @Option(names = "-D", description = "A setting of the learner, key=value.")
    private Map<String, String> settings = new TreeMap<>();

    public static void main(String[] args) {
        System.exit(new CommandLine(new LfwLosses()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        if (markdown) {
            System.out.println(LfwTable.of(out).markdown());
            return 0;
        }
        String run = "%s,%dx%d,%d,%s,"
                .formatted(loss, people, cropsEach, seed, String.join(";", pairs(new TreeMap<>(settings))));
        if (isDone(run)) {
            System.out.printf("%s%d is there already%n", run, crops);
            return 0;
        }
        Map<String, String> all = new HashMap<>(settings);
        all.putAll(Map.of(
                LossConfig.LOSS, loss,
                LearnerConfig.SEED, Long.toString(seed),
                LearnerConfig.THREADS, Integer.toString(threads)));
        var lfw = new LfwCrops(data);
        var verification = new LfwVerification(lfw);
        var stream = new LfwStream(lfw, people, cropsEach, seed);
        try (var trainer = new Trainer(LearnerConfig.from(Settings.of(all)))) {
            System.out.println(trainer.backbone().backend());
            train(trainer, stream, verification, run);
        }
        return 0;
    }

    private void train(Trainer trainer, LfwStream stream, LfwVerification verification, String run) throws IOException {
        long start = System.nanoTime();
        int evaluated = 0;
        for (int offset = 0; trainer.counters().crops() < crops; offset++) {
            trainer.train(stream.next(), offset);
            int seen = (int) trainer.counters().crops();
            if (seen / every > evaluated || seen >= crops) {
                evaluated = seen / every;
                double auc = verification.auc(trainer.backbone(), trainer.published());
                String row = String.format(
                        Locale.ROOT,
                        "%s%d,%.4f,%.3f,%d,%.0f%n",
                        run,
                        seen,
                        auc,
                        trainer.meanLosses().total(),
                        trainer.counters().skippedSteps(),
                        (System.nanoTime() - start) / 1e9);
                System.out.print(row);
                append(row);
                trainer.versionMade(auc, evaluated, evaluated);
            }
        }
    }

    private boolean isDone(String run) throws IOException {
        if (!Files.exists(out)) {
            return false;
        }
        return Files.readAllLines(out).stream()
                .filter(line -> line.startsWith(run))
                .anyMatch(line -> Integer.parseInt(line.substring(run.length()).split(",", 2)[0]) >= crops);
    }

    private void append(String row) throws IOException {
        Files.writeString(
                out, Files.exists(out) ? row : HEADER + row, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static List<String> pairs(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList();
    }
}
