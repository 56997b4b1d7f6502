package io.rangestream.app.evaluate;

import io.rangestream.client.OnnxEmbedder;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;

/**
 * The development view of LFW (Huang et al., 2007): a threshold chosen on {@code pairsDevTrain.txt} is applied to {@code
 * pairsDevTest.txt}, whose people are not in the training set. Embeddings are the average of a crop's and its mirror
 * image's.
 */
public final class LfwProtocol {
    static final String TRAINING_PEOPLE = "peopleDevTrain.txt";
    static final String THRESHOLD_PAIRS = "pairsDevTrain.txt";
    static final String TEST_PAIRS = "pairsDevTest.txt";

    private final Path directory;
    private final PairList thresholdPairs;
    private final PairList testPairs;

    /** Outcome on the test pairs. */
    public record Result(String name, double auc, double accuracy) {}

    /** @throws ConfigurationException if a protocol file is missing or no list of pairs */
    public LfwProtocol(Path directory) {
        this.directory = directory;
        if (!Files.isReadable(trainingPeople())) {
            throw new ConfigurationException("the protocol file %s is missing".formatted(trainingPeople()));
        }
        this.thresholdPairs = PairList.read(directory.resolve(THRESHOLD_PAIRS));
        this.testPairs = PairList.read(directory.resolve(TEST_PAIRS));
    }

    /** The people to train on. */
    public Path trainingPeople() {
        return directory.resolve(TRAINING_PEOPLE);
    }

    /** The pairs of people who are not trained on. */
    public PairList testPairs() {
        return testPairs;
    }

    /**
     * Evaluates a model on the images of a source, which stays the caller's to close.
     *
     * @throws ConfigurationException if the source lacks an image that the protocol names
     */
    public Result evaluate(OnnxEmbedder embedder, FaceSource source) throws IOException {
        var names = new TreeSet<>(thresholdPairs.names());
        names.addAll(testPairs.names());
        Templates templates =
                new ImageEmbedder(embedder, true).embed(ImageSet.faces(source).named(names));
        EvaluationReport.Verified verified = new Evaluator(TrainingCounts.none(), 1)
                .verify("LFW DevTest", templates, true, testPairs, thresholdPairs);
        EvaluationReport.AtThreshold at = verified.atThreshold();
        return new Result(
                verified.protocol(), verified.result().auc().value(), at == null ? Double.NaN : at.accuracy());
    }
}
