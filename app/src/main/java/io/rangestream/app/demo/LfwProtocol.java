package io.rangestream.app.demo;

import io.rangestream.avro.Encoding;
import io.rangestream.client.OnnxEmbedder;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.learner.evaluation.RocCurve;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.image.CropDecoder;
import io.rangestream.schemas.image.ImageHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The development view of LFW (Huang et al., 2007): a threshold chosen on {@code pairsDevTrain.txt} is applied to {@code
 * pairsDevTest.txt}, whose people are not in the training set. Embeddings are the average of a crop's and its mirror
 * image's.
 */
final class LfwProtocol {
    static final String TRAINING_PEOPLE = "peopleDevTrain.txt";
    private static final String THRESHOLD_PAIRS = "pairsDevTrain.txt";
    private static final String TEST_PAIRS = "pairsDevTest.txt";
    private static final int CROPS_PER_CALL = 256;
    private static final long MAX_PIXELS = 4_000_000;

    private final Path directory;

    /** Outcome on the test pairs. */
    record Result(String name, double auc, double accuracy) {}

    private record Pair(String first, String second, boolean genuine) {}

    /** @throws ConfigurationException if a protocol file is missing */
    LfwProtocol(Path directory) {
        this.directory = directory;
        for (String file : List.of(TRAINING_PEOPLE, THRESHOLD_PAIRS, TEST_PAIRS)) {
            if (!Files.isReadable(directory.resolve(file))) {
                throw new ConfigurationException("the protocol file %s is missing".formatted(directory.resolve(file)));
            }
        }
    }

    Path trainingPeople() {
        return directory.resolve(TRAINING_PEOPLE);
    }

    /** Evaluates a model on the images of a source. */
    Result evaluate(OnnxEmbedder embedder, int inputSize, FaceSource source) throws IOException {
        List<Pair> threshold = pairs(THRESHOLD_PAIRS);
        List<Pair> test = pairs(TEST_PAIRS);
        Map<String, float[]> embeddings = embeddings(embedder, inputSize, source, threshold, test);
        double best = roc(threshold, embeddings).bestThresholdByPairs();
        RocCurve roc = roc(test, embeddings);
        return new Result("LFW DevTest", roc.auc(), roc.accuracy(best));
    }

    private Map<String, float[]> embeddings(
            OnnxEmbedder embedder, int inputSize, FaceSource source, List<Pair> threshold, List<Pair> test)
            throws IOException {
        Map<String, FaceRef> byName = new HashMap<>();
        source.faces().forEach(face -> byName.put(baseName(face.name()), face));
        var names = new TreeSet<String>();
        Stream.of(threshold, test).flatMap(List::stream).forEach(pair -> {
            names.add(pair.first());
            names.add(pair.second());
        });
        Map<String, float[]> embeddings = new HashMap<>();
        try (var decoder = new CropDecoder(inputSize, MAX_PIXELS)) {
            var batchNames = new ArrayList<String>();
            var crops = new ArrayList<byte[]>();
            for (String name : names) {
                FaceRef face = byName.get(name);
                if (face == null) {
                    throw new IllegalArgumentException(
                            "the protocol names %s, which %s does not have".formatted(name, source.description()));
                }
                byte[] image = source.read(face);
                Encoding encoding =
                        ImageHeader.read(image).map(ImageHeader::encoding).orElse(Encoding.JPEG);
                crops.add(decoder.decode(image, encoding, 0, 0));
                batchNames.add(name);
                if (crops.size() == CROPS_PER_CALL) {
                    embed(embedder, batchNames, crops, embeddings);
                }
            }
            embed(embedder, batchNames, crops, embeddings);
        }
        return embeddings;
    }

    private static void embed(
            OnnxEmbedder embedder, List<String> names, List<byte[]> crops, Map<String, float[]> embeddings) {
        float[] rows = embedder.embedFlipAveraged(crops);
        for (int i = 0; i < names.size(); i++) {
            embeddings.put(names.get(i), Arrays.copyOfRange(rows, i * embedder.dim(), (i + 1) * embedder.dim()));
        }
        names.clear();
        crops.clear();
    }

    private static RocCurve roc(List<Pair> pairs, Map<String, float[]> embeddings) {
        return new RocCurve(scores(pairs, true, embeddings), scores(pairs, false, embeddings));
    }

    private static double[] scores(List<Pair> pairs, boolean genuine, Map<String, float[]> embeddings) {
        return pairs.stream()
                .filter(pair -> pair.genuine() == genuine)
                .mapToDouble(pair -> cosine(
                        embeddings.getOrDefault(pair.first(), new float[0]),
                        embeddings.getOrDefault(pair.second(), new float[0])))
                .toArray();
    }

    /** Of normalised embeddings. */
    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
        }
        return dot;
    }

    /** "name i j" is a genuine pair, "name i name j" an impostor pair; the first line is a count. */
    private List<Pair> pairs(String file) throws IOException {
        return Files.readAllLines(directory.resolve(file)).stream()
                .skip(1)
                .filter(line -> !line.isBlank())
                .map(line -> pair(file, line.strip().split("\\s+")))
                .toList();
    }

    private static Pair pair(String file, String[] words) {
        try {
            return words.length == 3
                    ? new Pair(crop(words[0], words[1]), crop(words[0], words[2]), true)
                    : new Pair(crop(words[0], words[1]), crop(words[2], words[3]), false);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("%s: no pair: %s".formatted(file, String.join(" ", words)));
        }
    }

    private static String crop(String name, String number) {
        return "%s_%04d".formatted(name, Integer.parseInt(number));
    }

    private static String baseName(String path) {
        String file = path.substring(path.lastIndexOf('/') + 1);
        int dot = file.lastIndexOf('.');
        return dot < 0 ? file : file.substring(0, dot);
    }
}
