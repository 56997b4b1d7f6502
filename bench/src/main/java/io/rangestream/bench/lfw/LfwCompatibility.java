package io.rangestream.bench.lfw;

import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.config.LossConfig;
import io.rangestream.learner.training.Trainer;
import io.rangestream.schemas.config.Settings;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long a gallery lasts: a first version is trained on a stream of LFW DevTrain, then further ones with some {@code
 * compatibility.weight}, and at each the AUC on LFW DevTest is appended to a CSV file: new embeddings among themselves, those of the first
 * version against new ones, those of the version before against new ones. Every weight goes on from the same first version with the same
 * batches. What is there already is not trained again.
 */
@Command(
        name = "compatibility",
        mixinStandardHelpOptions = true,
        description = "LFW DevTest AUC across versions for a compatibility.weight, as CSV.")
public final class LfwCompatibility implements Callable<Integer> {
    private static final String HEADER =
            "seed,weight,teacher,version,crops,new_new,first_new,previous_new,compatibility,total,seconds\n";
    private static final int PEOPLE = 16;
    private static final int CROPS_EACH = 4;

    /** Whose embeddings training stays near. */
    enum TeacherChoice {
        /** The first version. */
        FIRST,
        /** The version before. */
        PREVIOUS
    }

    @Option(names = "--data", description = "Folder of lfw-112.tar, pairsDevTest.txt, peopleDevTrain.txt.")
    private Path data = Path.of("../shared/data/lfw");

    @Option(names = "--out", required = true, description = "Folder of first versions and of compatibility.csv.")
    private Path out = Path.of("");

    @Option(names = "--weight", defaultValue = "0", description = "compatibility.weight")
    private String weight = "";

    @Option(
            names = "--teacher",
            defaultValue = "FIRST",
            description = "Whose embeddings to stay near: ${COMPLETION-CANDIDATES}.")
    private TeacherChoice teacher = TeacherChoice.FIRST;

    @Option(names = "--seed", defaultValue = "1", description = "Of the weights, the order of arrival and the draws.")
    private long seed;

    @Option(names = "--first", defaultValue = "40000", description = "Crops of the first version.")
    private int first;

    @Option(names = "--each", defaultValue = "4000", description = "Crops of each further version.")
    private int each;

    @Option(names = "--versions", defaultValue = "5", description = "Further versions.")
    private int versions;

    @Option(names = "--threads", defaultValue = "1", description = "Threads of the native operations.")
    private int threads;

    public static void main(String[] args) {
        System.exit(new CommandLine(new LfwCompatibility()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(out);
        String run = "%d,%s,%s,".formatted(seed, weight, teacher);
        if (isDone(run)) {
            System.out.printf("%s: is there already%n", run);
            return 0;
        }
        var lfw = new LfwCrops(data);
        var verification = new LfwVerification(lfw);
        var stream = new LfwStream(lfw, PEOPLE, CROPS_EACH, seed);
        var config = LearnerConfig.from(Settings.of(Map.of(
                LossConfig.COMPATIBILITY_WEIGHT, weight,
                LearnerConfig.SEED, Long.toString(seed),
                LearnerConfig.THREADS, Integer.toString(threads))));
        try (var trainer = new Trainer(config)) {
            System.out.println(trainer.backbone().backend());
            begin(trainer, stream);
            goOn(trainer, stream, verification, run);
        }
        return 0;
    }

    /** Trains the first version, or takes it from its file. */
    private void begin(Trainer trainer, LfwStream stream) throws IOException {
        Path file = out.resolve("first-%d-%d.state".formatted(first, seed));
        if (Files.exists(file)) {
            try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
                trainer.load(in);
            }
            for (long batch = 0; batch < trainer.counters().batches(); batch++) {
                stream.next();
            }
            return;
        }
        train(trainer, stream, first);
        Path partial = file.resolveSibling(file.getFileName() + ".part");
        try (var to = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(partial)))) {
            trainer.save(to);
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void goOn(Trainer trainer, LfwStream stream, LfwVerification verification, String run) throws IOException {
        int dim = trainer.backbone().spec().embeddingDim();
        float[] weights = trainer.published();
        float[] ofFirst = verification.embed(trainer.backbone(), weights);
        float[] ofPrevious = ofFirst;
        trainer.keepComparableWith(weights);
        var rows = new StringBuilder();
        for (int version = 1; ; version++) {
            float[] embeddings = verification.embed(trainer.backbone(), weights);
            double own = verification.crossAuc(embeddings, embeddings, dim);
            long start = System.nanoTime();
            String row = String.format(
                    Locale.ROOT,
                    "%s%d,%d,%.4f,%.4f,%.4f,%.5f,%.3f,",
                    run,
                    version,
                    trainer.counters().crops(),
                    own,
                    verification.crossAuc(ofFirst, embeddings, dim),
                    verification.crossAuc(ofPrevious, embeddings, dim),
                    trainer.meanLosses().term("compatibility"),
                    trainer.meanLosses().total());
            trainer.versionMade(own, version, version);
            if (version <= versions) {
                train(trainer, stream, first + version * each);
            }
            row += String.format(Locale.ROOT, "%.0f%n", (System.nanoTime() - start) / 1e9);
            System.out.print(row);
            rows.append(row);
            if (version > versions) {
                break;
            }
            ofPrevious = embeddings;
            weights = trainer.published();
            if (teacher == TeacherChoice.PREVIOUS) {
                trainer.keepComparableWith(weights);
            }
        }
        Path csv = out.resolve("compatibility.csv");
        Files.writeString(
                csv, Files.exists(csv) ? rows : HEADER + rows, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void train(Trainer trainer, LfwStream stream, long crops) {
        while (trainer.counters().crops() < crops) {
            trainer.train(stream.next(), trainer.counters().batches());
        }
    }

    private boolean isDone(String run) throws IOException {
        Path csv = out.resolve("compatibility.csv");
        return Files.exists(csv)
                && Files.readAllLines(csv).stream().anyMatch(line -> line.startsWith(run + (versions + 1) + ","));
    }
}
