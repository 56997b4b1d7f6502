package io.rangestream.app.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.rangestream.client.OnnxEmbedder;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.hash.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Evaluates a model or given embeddings by the protocols asked for. */
public final class Evaluation {
    private final Plan plan;
    private final Evaluator evaluator;
    private final List<EvaluationReport.Verified> verified = new ArrayList<>();
    private final List<EvaluationReport.Identified> identified = new ArrayList<>();

    /**
     * What to evaluate on.
     *
     * @param data images: a folder, tar or zip; for videos a folder of {@code identity/video/frame}; not needed for given embeddings
     * @param lfw folder of LFW's protocol files
     * @param ytf folder with YTF's {@code splits.txt}
     * @param pairs any list of pairs
     * @param thresholdPairs pairs to choose the threshold on, for {@code pairs}
     * @param identification whether everyone in the data is to be identified
     * @param framesPerVideo at most; 0 for all
     * @param mirror with mirror images averaged in (true), without (false), or both (null)
     * @param trainingCounts file of counts, for the figures by segment
     * @param seed of the resampling
     */
    public record Plan(
            @Nullable Path data,
            @Nullable Path lfw,
            @Nullable Path ytf,
            @Nullable Path pairs,
            @Nullable Path thresholdPairs,
            boolean identification,
            int framesPerVideo,
            @Nullable Boolean mirror,
            @Nullable Path trainingCounts,
            long seed) {}

    /** A finished evaluation. */
    public record Outcome(String table, EvaluationReport report) {

        /** Writes {@code evaluation.json}, {@code evaluation.md} and the plots, and says which files. */
        public List<Path> write(Path folder) throws IOException {
            Files.createDirectories(folder);
            Path json = folder.resolve("evaluation.json");
            Path markdown = folder.resolve("evaluation.md");
            var mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
            Files.writeString(json, mapper.writeValueAsString(report) + "\n");
            Files.writeString(markdown, table);
            var written = new ArrayList<>(List.of(json, markdown));
            written.addAll(new Plots(folder).write(report));
            return written;
        }
    }

    private Evaluation(Plan plan) {
        this.plan = plan;
        this.evaluator = new Evaluator(
                plan.trainingCounts() == null ? TrainingCounts.none() : TrainingCounts.read(plan.trainingCounts()),
                plan.seed());
    }

    /**
     * Evaluates an ONNX file.
     *
     * @param subject its name in the report
     * @throws ConfigurationException in one line if a protocol file or an image is missing
     */
    public static Outcome ofModel(String subject, byte[] onnx, OnnxEmbedder embedder, Plan plan) throws IOException {
        var evaluation = new Evaluation(plan);
        List<Boolean> mirrors = plan.mirror() == null ? List.of(false, true) : List.of(plan.mirror());
        for (boolean mirror : mirrors) {
            evaluation.embedAndEvaluate(new ImageEmbedder(embedder, mirror), mirror);
        }
        return evaluation.outcome(subject, Sha256.of(onnx));
    }

    /** Evaluates embeddings made elsewhere: a folder with {@code names.txt} and {@code embeddings.f32}, or a text file. */
    public static Outcome ofEmbeddings(Path embeddings, Plan plan) {
        var evaluation = new Evaluation(plan);
        Templates templates = EmbeddingFiles.read(embeddings);
        evaluation.verifyFaces(templates, false);
        if (plan.ytf() != null) {
            PairList splits = splits(plan.ytf());
            boolean byVideo = splits.names().stream().allMatch(templates::has);
            evaluation.verify("YTF", byVideo ? templates : templates.meanByFolder(), false, splits, null);
        }
        if (plan.identification()) {
            evaluation.identified.add(evaluation.evaluator.identify(templates, false));
        }
        return evaluation.outcome(embeddings.toString(), null);
    }

    private void embedAndEvaluate(ImageEmbedder embedder, boolean mirror) throws IOException {
        Path data = plan.data();
        if (data == null) {
            throw new ConfigurationException("a model is evaluated on images: say where they are");
        }
        if (plan.lfw() != null || plan.pairs() != null || plan.identification()) {
            try (ImageSet images = ImageSet.faces(FaceSource.open(data))) {
                if (plan.identification()) {
                    identified.add(evaluator.identify(embedder.embed(images.all()), mirror));
                }
                verifyFaces(embedder.embed(images.named(faceNames())), mirror);
            }
        }
        if (plan.ytf() != null) {
            PairList splits = splits(plan.ytf());
            try (ImageSet frames = ImageSet.videos(data, splits.names(), plan.framesPerVideo())) {
                verify("YTF", embedder.embed(frames.all()).meanByFolder(), mirror, splits, null);
            }
        }
    }

    private void verifyFaces(Templates templates, boolean mirror) {
        if (plan.lfw() != null) {
            PairList threshold = PairList.read(plan.lfw().resolve(LfwProtocol.THRESHOLD_PAIRS));
            verify(
                    "LFW DevTest",
                    templates,
                    mirror,
                    PairList.read(plan.lfw().resolve(LfwProtocol.TEST_PAIRS)),
                    threshold);
            verify("LFW 10 folds", templates, mirror, PairList.read(plan.lfw().resolve("pairs.txt")), null);
        }
        if (plan.pairs() != null) {
            PairList pairs = PairList.read(plan.pairs());
            PairList threshold = plan.thresholdPairs() == null ? null : PairList.read(plan.thresholdPairs());
            verify(pairs.name(), templates, mirror, pairs, threshold);
        }
    }

    private TreeSet<String> faceNames() {
        var names = new TreeSet<String>();
        Path lfw = plan.lfw();
        if (lfw != null) {
            for (String file : List.of(LfwProtocol.THRESHOLD_PAIRS, LfwProtocol.TEST_PAIRS, "pairs.txt")) {
                names.addAll(PairList.read(lfw.resolve(file)).names());
            }
        }
        for (Path file : new Path[] {plan.pairs(), plan.thresholdPairs()}) {
            if (file != null) {
                names.addAll(PairList.read(file).names());
            }
        }
        return names;
    }

    private void verify(
            String protocol, Templates templates, boolean mirror, PairList pairs, @Nullable PairList threshold) {
        verified.add(evaluator.verify(protocol, templates, mirror, pairs, threshold));
    }

    private static PairList splits(Path ytf) {
        return PairList.read(ytf.resolve("splits.txt"));
    }

    private Outcome outcome(String subject, @Nullable String sha256) {
        var report = new EvaluationReport(subject, sha256, plan.seed(), List.copyOf(verified), List.copyOf(identified));
        return new Outcome(ReportTables.markdown(report), report);
    }
}
