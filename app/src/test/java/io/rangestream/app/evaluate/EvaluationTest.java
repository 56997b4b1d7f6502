package io.rangestream.app.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rangestream.app.command.RangeStreamCommand;
import io.rangestream.ingest.synthetic.Population;
import io.rangestream.ingest.synthetic.SyntheticFaces;
import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.Backbones;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.backbone.Weights;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on faces of people who do not exist and an untrained network. */
class EvaluationTest {
    @TempDir
    private static Path folder;

    private static Path onnx = Path.of("");
    private static Path faces = Path.of("");
    private static Path pairs = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeAll
    static void drawFaces() throws IOException {
        try (Backbone network = Backbones.create("compact", 1, OptimizerSettings.defaults(), 1)) {
            onnx = Files.write(folder.resolve("model.onnx"), network.exportOnnx(network.weights(Weights.TRAINED)));
        }
        faces = Files.createDirectories(folder.resolve("faces"));
        var lines = new ArrayList<String>();
        var first = new ArrayList<String>();
        try (var source = new SyntheticFaces(Population.of(12, 48), 5)) {
            for (var face : source.faces()) {
                Path file = faces.resolve(face.name());
                Files.createDirectories(file.getParent());
                Files.write(file, source.read(face));
            }
            source.faces().stream().map(face -> face.identity()).distinct().forEach(identity -> {
                List<String> own = source.faces().stream()
                        .filter(face -> face.identity().equals(identity))
                        .map(face -> face.name())
                        .toList();
                if (own.size() > 1) {
                    lines.add("%d\t%s\t%s\t1".formatted(lines.size() % 2 + 1, own.get(0), own.get(1)));
                }
                first.add(own.get(0));
            });
        }
        for (int i = 1; i < first.size(); i++) {
            lines.add("%d\t%s\t%s\t0".formatted(i % 2 + 1, first.get(i - 1), first.get(i)));
        }
        pairs = Files.write(folder.resolve("pairs.tsv"), lines);
    }

    @Test
    void anOnnxFileIsEvaluatedOnPairsAndByIdentification() throws IOException {
        Path output = folder.resolve("report");

        int code = run(
                "evaluate",
                "--onnx",
                onnx.toString(),
                "--data",
                faces.toString(),
                "--pairs",
                pairs.toString(),
                "--identification",
                "--output",
                output.toString());

        assertEquals(0, code, err::toString);
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("| pairs.tsv, mirrored |"), out::toString);
        JsonNode report =
                new ObjectMapper().readTree(output.resolve("evaluation.json").toFile());
        assertEquals(2, report.at("/verification").size());
        assertEquals(2, report.at("/verification/0/folds/accuracy").size());
        assertTrue(report.at("/identification/0/result/probes").asInt() > 0);
        assertEquals(64, report.at("/sha256").asText().length());
        for (String plot : List.of("roc.png", "scores-1.png", "scores-2.png", "cmc.png")) {
            assertEquals(900, ImageIO.read(output.resolve(plot).toFile()).getWidth(), plot);
        }
    }

    @Test
    void aVideoIsTheMeanOfItsFrames() throws IOException {
        // Given two videos a person, each frame of which is a face of the person
        Path videos = folder.resolve("videos");
        var splits = new StringBuilder("split number, first name, second name, is same\n");
        List<Path> people;
        try (var list = Files.list(faces)) {
            people = list.sorted().filter(p -> images(p).size() >= 4).toList();
        }
        for (Path person : people) {
            List<Path> own = images(person);
            for (int i = 0; i < own.size(); i++) {
                Path video = videos.resolve("%s/%d".formatted(person.getFileName(), i % 2));
                Files.createDirectories(video);
                Files.copy(own.get(i), video.resolve(own.get(i).getFileName()));
            }
            splits.append("1, %1$s/0, %1$s/1, 1\n".formatted(person.getFileName()));
        }
        splits.append("1, %s/0, %s/1, 0\n"
                .formatted(people.get(0).getFileName(), people.get(1).getFileName()));
        Files.writeString(folder.resolve("splits.txt"), splits);

        int code = run(
                "evaluate",
                "--onnx",
                onnx.toString(),
                "--data",
                videos.toString(),
                "--ytf",
                folder.toString(),
                "--mirror",
                "no",
                "--frames",
                "3");

        assertEquals(0, code, err::toString);
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("| YTF"), out::toString);
    }

    @Test
    void givenFramesAreAveragedToVideos() {
        var frames = new Templates();
        frames.put("ada/0/1.jpg", new float[] {3, 0});
        frames.put("ada/0/2.jpg", new float[] {0, 1});
        frames.put("bob/0/1.jpg", new float[] {5, 5});

        Templates videos = frames.meanByFolder();

        // Each frame counts alike, whatever its length: ada's video points to 45 degrees.
        assertEquals(1.0, videos.similarity("ada/0", "bob/0"), 1e-7);
    }

    @Test
    void figuresByTrainingCountsAreOfTheirGenuinePairs() throws IOException {
        Path embeddings = Files.writeString(
                folder.resolve("rows.txt"),
                "head_0001 1 0\nhead_0002 1 0.1\ntail_0001 0 1\ntail_0002 1 0.5\nnew_0001 -1 0\nnew_0002 -1 0.1\n");
        Path list = Files.writeString(
                folder.resolve("own.tsv"),
                "head_0001\thead_0002\t1\ntail_0001\ttail_0002\t1\nnew_0001\tnew_0002\t1\nhead_0001\ttail_0002\t0\n");
        Path counts = Files.writeString(folder.resolve("counts"), "2\nhead 500\ntail 3\n");
        var plan = new Evaluation.Plan(null, null, null, list, null, false, 0, null, counts, 1);

        var segments = Evaluation.ofEmbeddings(embeddings, plan)
                .report()
                .verification()
                .get(0)
                .segments();

        assertEquals(List.of("head", "tail", "unseen"), List.copyOf(segments.keySet()));
        assertEquals(1.0, segments.get("head").auc().value());
        assertEquals(0.0, segments.get("tail").auc().value());
    }

    @Test
    void wrongUsageIsOneLine() {
        assertEquals(2, run("evaluate", "--onnx", onnx.toString(), "--data", faces.toString()));
        assertEquals(2, run("evaluate", "--onnx", onnx.toString(), "--pairs", pairs.toString()));
        assertEquals(2, run("evaluate", "--onnx", onnx.toString(), "--data", faces.toString(), "--pairs", "nowhere"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("nowhere does not exist"), err::toString);
    }

    private static List<Path> images(Path person) {
        try (var list = Files.list(person)) {
            return list.sorted().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private int run(String... arguments) {
        return RangeStreamCommand.execute(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }
}
