package io.rangestream.app.command;

import io.rangestream.app.evaluate.Evaluation;
import io.rangestream.client.ArtifactFetcher;
import io.rangestream.client.ClientConfig;
import io.rangestream.client.ModelLog;
import io.rangestream.client.ModelVersion;
import io.rangestream.client.OnnxEmbedder;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.SchemaTopic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Evaluates a model by the protocols of face recognition. */
@Command(
        name = "evaluate",
        description = {
            "Evaluate a published version, an ONNX file, or given embeddings.",
            "Verification: AUC, equal error rate, accuracy, TAR@FAR with intervals. Identification: CMC and DIR@FAR."
        },
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Parameters(
            paramLabel = "VERSION",
            arity = "0..1",
            description = "Published version to evaluate, a number or 'promoted' (the default).")
    private @Nullable String version;

    @Option(names = "--onnx", paramLabel = "FILE", description = "Evaluate this file instead of a published version.")
    private @Nullable Path onnx;

    @Option(
            names = "--embeddings",
            paramLabel = "PATH",
            description =
                    "Evaluate given embeddings: a folder with names.txt and embeddings.f32 (little-endian float32), or a"
                            + " text file with a name and its values a line.")
    private @Nullable Path embeddings;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description =
                    "Images: a folder per identity, or a tar or zip of one; with --ytf a folder of identity/video/frame.")
    private @Nullable Path data;

    @Option(
            names = "--lfw",
            paramLabel = "DIR",
            description =
                    "Folder of LFW's protocol files: pairsDevTest.txt with the threshold from pairsDevTrain.txt, and the"
                            + " ten folds of pairs.txt.")
    private @Nullable Path lfw;

    @Option(names = "--ytf", paramLabel = "DIR", description = "Folder with splits.txt of the YouTube Faces database.")
    private @Nullable Path ytf;

    @Option(
            names = "--pairs",
            paramLabel = "FILE",
            description = "Pairs: as LFW or YTF have them, or [fold] first second 1|0, separated by tabs.")
    private @Nullable Path pairs;

    @Option(
            names = "--threshold-pairs",
            paramLabel = "FILE",
            description = "Pairs on which the threshold for --pairs is chosen.")
    private @Nullable Path thresholdPairs;

    @Option(names = "--identification", description = "Also identify everyone in the data: closed set and open set.")
    private boolean identification;

    @Option(
            names = "--frames",
            paramLabel = "N",
            defaultValue = "0",
            description = "Frames of a video at most, evenly spaced (default: all).")
    private int frames;

    @Option(
            names = "--mirror",
            paramLabel = "yes|no|both",
            defaultValue = "both",
            description = "Average each crop with its mirror image (default: ${DEFAULT-VALUE}).")
    private String mirror = "both";

    @Option(
            names = "--training-counts",
            paramLabel = "FILE",
            description = "Identity and number of training images a line: gives the figures by head, middle and tail.")
    private @Nullable Path trainingCounts;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "Write evaluation.json, evaluation.md and the plots there.")
    private @Nullable Path output;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the resampling behind the intervals (default: ${DEFAULT-VALUE}).")
    private long seed;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Evaluation.Plan plan = plan();
        Evaluation.Outcome outcome = embeddings == null ? ofModel(plan) : Evaluation.ofEmbeddings(embeddings, plan);
        Console.println(spec, outcome.table());
        if (output != null) {
            for (Path written : outcome.write(output)) {
                Console.println(spec, written.toString());
            }
        }
        return CommandLine.ExitCode.OK;
    }

    private Evaluation.Plan plan() {
        require(
                lfw != null || ytf != null || pairs != null || identification,
                "say what to evaluate on: --lfw, --ytf, --pairs or --identification");
        long subjects = (version == null ? 0 : 1) + (onnx == null ? 0 : 1) + (embeddings == null ? 0 : 1);
        require(subjects <= 1, "one of VERSION, --onnx and --embeddings, not several");
        require(
                (embeddings == null) == (data != null),
                embeddings == null ? "--data is missing: the images" : "--embeddings needs no --data");
        require(thresholdPairs == null || pairs != null, "--threshold-pairs belongs to --pairs");
        require(
                ytf == null || embeddings != null || (lfw == null && pairs == null && !identification),
                "--ytf reads other data than --lfw, --pairs and --identification: evaluate them one after the other");
        require(frames >= 0, "--frames must not be negative");
        @Nullable
        Boolean mirrored =
                switch (mirror.toLowerCase(Locale.ROOT)) {
                    case "yes" -> true;
                    case "no" -> false;
                    case "both" -> null;
                    default ->
                        throw new ParameterException(
                                Console.of(spec), "--mirror is yes, no or both, not '%s'".formatted(mirror));
                };
        return new Evaluation.Plan(
                data, lfw, ytf, pairs, thresholdPairs, identification, frames, mirrored, trainingCounts, seed);
    }

    private Evaluation.Outcome ofModel(Evaluation.Plan plan) throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        if (onnx != null) {
            byte[] file = Files.readAllBytes(onnx);
            try (OnnxEmbedder embedder = OnnxEmbedder.open(file, threads)) {
                return Evaluation.ofModel(onnx.toString(), file, embedder, plan);
            }
        }
        CommonConfig common = ConfigOptions.reach(
                config.settings(), TopicCatalogue::modelUpdates, TopicCatalogue::modelWeights, TopicCatalogue::schemas);
        ClientConfig client = ClientConfig.from(config.settings());
        try (var schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
                ModelLog log = ModelLog.open(common, schemas, client.trusted());
                ArtifactFetcher fetcher =
                        ArtifactFetcher.of(common, schemas, client.fetchTimeout(), client.claimCheck())) {
            log.readToEnd(ModelsCommand.READ_WITHIN);
            ModelVersion found = ModelsCommand.find(spec, log, version == null ? ModelsCommand.PROMOTED : version);
            byte[] file = fetcher.fetch(found);
            try (var embedder = new OnnxEmbedder(file, found.network(), threads)) {
                String subject = "%s version %d".formatted(found.model(), found.version());
                return Evaluation.ofModel(subject, file, embedder, plan);
            }
        }
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(Console.of(spec), otherwise);
        }
    }
}
