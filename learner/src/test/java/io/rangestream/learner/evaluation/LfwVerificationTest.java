package io.rangestream.learner.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The LFW protocol on the embeddings of an independent model against figures computed elsewhere. The files are not part of
 * the sources; {@code -Drangestream.shared} says where they are.
 */
class LfwVerificationTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("rangestream.shared", "../../shared"), "fixtures", "lfw-verification");
    private static final int DIM = 128;

    private static final List<Scored> pairs = new ArrayList<>();
    private static String expected = "";

    private record Scored(int fold, boolean same, double score) {}

    @BeforeAll
    static void readEmbeddings() throws IOException {
        assumeTrue(Files.isDirectory(FOLDER), "the LFW embeddings are not here: " + FOLDER);
        expected = Files.readString(FOLDER.resolve("expected.json"));
        List<String> names = Files.readAllLines(FOLDER.resolve("names.txt"));
        var floats = new float[names.size() * DIM];
        ByteBuffer.wrap(Files.readAllBytes(FOLDER.resolve("embeddings.f32")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(floats);
        var rows = new java.util.HashMap<String, Integer>();
        names.forEach(name -> rows.put(name, rows.size()));
        for (String line : Files.readAllLines(FOLDER.resolve("pairs.tsv"))) {
            String[] fields = line.split("\t");
            if (fields[0].matches("[0-9]+")) {
                double score = cosine(floats, rows.get(fields[1]), rows.get(fields[2]));
                pairs.add(new Scored(Integer.parseInt(fields[0]), fields[3].equals("1"), score));
            }
        }
    }

    @Test
    void theAreaUnderTheCurveIsTheReferences() {
        assertEquals(figures("pairs")[0], pairs.size());
        assertEquals(figures("auc")[0], curve(pair -> true).auc(), 1e-9);
    }

    @Test
    void theTrueAcceptanceRatesAreTheReferences() {
        RocCurve roc = curve(pair -> true);

        for (String far : List.of("0.1", "0.01", "0.001")) {
            assertEquals(figures(far)[0], roc.tarAtFar(Double.parseDouble(far)), 1e-9, far);
        }
    }

    @Test
    void eachFoldIsJudgedAtTheBestThresholdOfTheOtherNine() {
        double[] accuracy = figures("fold_accuracy");
        double[] threshold = figures("fold_threshold");
        int[] folds = pairs.stream().mapToInt(Scored::fold).distinct().sorted().toArray();
        assertEquals(10, folds.length);

        for (int i = 0; i < folds.length; i++) {
            int fold = folds[i];
            double found = curve(pair -> pair.fold() != fold).bestThresholdByPairs();

            assertEquals(threshold[i], found, 1e-9, "threshold of fold " + fold);
            assertEquals(accuracy[i], curve(pair -> pair.fold() == fold).accuracy(found), 1e-9, "fold " + fold);
        }
    }

    private static RocCurve curve(Predicate<Scored> which) {
        return new RocCurve(scores(which.and(Scored::same)), scores(which.and(pair -> !pair.same())));
    }

    private static double[] scores(Predicate<Scored> which) {
        return pairs.stream().filter(which).mapToDouble(Scored::score).toArray();
    }

    private static double cosine(float[] rows, int first, int second) {
        double dot = 0;
        double a = 0;
        double b = 0;
        for (int d = 0; d < DIM; d++) {
            double x = rows[first * DIM + d];
            double y = rows[second * DIM + d];
            dot += x * y;
            a += x * x;
            b += y * y;
        }
        return dot / (Math.sqrt(a) * Math.sqrt(b));
    }

    /** The number or the numbers of a key; the file is flat enough to do without a parser. */
    private static double[] figures(String key) {
        Matcher value = Pattern.compile("\"%s\":\\s*\\[?([^\\]}\"]*)".formatted(Pattern.quote(key)))
                .matcher(expected);
        assertEquals(true, value.find(), key);
        return Arrays.stream(value.group(1).split(","))
                .map(String::strip)
                .filter(number -> !number.isEmpty())
                .mapToDouble(Double::parseDouble)
                .toArray();
    }
}
