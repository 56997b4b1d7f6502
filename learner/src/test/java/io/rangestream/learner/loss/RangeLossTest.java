package io.rangestream.learner.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rangestream.learner.loss.RangeLossSettings.Reduction;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RangeLossTest {

    private record Fixture(
            String name, RangeLossSettings settings, double[] embeddings, int[] labels, int dim, JsonNode json) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Fixture> fixtures() throws IOException {
        try (InputStream in = RangeLossTest.class.getResourceAsStream("/range-loss.json")) {
            return StreamSupport.stream(
                            new ObjectMapper().readTree(in).get("cases").spliterator(), false)
                    .map(RangeLossTest::fixture);
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void reproducesTheReferenceInDouble(Fixture fixture) {
        var loss = new RangeLoss(fixture.settings());
        var gradient = new double[fixture.embeddings().length];

        double value = loss.addGradient(
                fixture.embeddings(), fixture.labels(), fixture.labels().length, fixture.dim(), gradient);

        assertEquals(fixture.json().get("loss").asDouble(), value, 1e-9);
        assertEquals(fixture.json().get("intra").asDouble(), loss.intra(), 1e-9);
        assertEquals(fixture.json().get("inter").asDouble(), loss.inter(), 1e-9);
        assertArrayEquals(matrix(fixture.json().get("gradient")), gradient, 1e-9);
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void reproducesTheReferenceInFloat(Fixture fixture) {
        var loss = new LossSum(List.of(new RangeLoss(fixture.settings())));
        var gradient = new float[fixture.embeddings().length];

        double value = loss.addGradient(
                floats(fixture.embeddings()), fixture.labels(), fixture.labels().length, fixture.dim(), gradient);

        double expected = fixture.json().get("loss").asDouble();
        assertEquals(expected, value, 1e-4 * Math.abs(expected));
        double[] expectedGradient = matrix(fixture.json().get("gradient"));
        double largest = 0;
        for (double g : expectedGradient) {
            largest = Math.max(largest, Math.abs(g));
        }
        for (int i = 0; i < gradient.length; i++) {
            assertEquals(expectedGradient[i], gradient[i], 1e-4 * largest);
        }
    }

    @Test
    void meanDividesTheSumByTheIdentitiesOfTheBatchSingletonsIncluded() {
        double[] x = {0, 2, 10, 13, 50};
        int[] labels = {0, 0, 1, 1, 2};
        var sum = new RangeLoss(new RangeLossSettings(2, 0, 1, 1, 1, Reduction.SUM, 1e-9));
        var mean = new RangeLoss(new RangeLossSettings(2, 0, 1, 1, 1, Reduction.MEAN, 1e-9));

        sum.addGradient(x, labels, 5, 1, new double[5]);
        mean.addGradient(x, labels, 5, 1, new double[5]);

        assertEquals(4 + 9, sum.intra(), 1e-12);
        assertEquals((4 + 9) / 3.0, mean.intra(), 1e-12);
    }

    @Test
    void addsToTheGradientThatIsThere() {
        double[] x = {0, 2};
        var loss = new RangeLoss(new RangeLossSettings(1, 0, 1, 0, 1, Reduction.SUM, 1e-9));
        double[] gradient = {100, 100};

        loss.addGradient(x, new int[] {0, 0}, 2, 1, gradient);

        assertArrayEquals(new double[] {96, 104}, gradient, 1e-12);
    }

    @Test
    void aDistanceBelowEpsilonGivesNoGradient() {
        double[] x = {0, 1e-6, 5};
        var loss = new RangeLoss(new RangeLossSettings(3, 0, 1, 0, 1, Reduction.SUM, 1e-9));
        var gradient = new double[3];

        double value = loss.addGradient(x, new int[] {0, 0, 0}, 3, 1, gradient);

        assertEquals(0, value);
        assertArrayEquals(new double[3], gradient);
    }

    @Test
    void plainDistancesAreTheRootsOfSquaredOnes() {
        // Given two people on a line: ranges 3, 2 and 1; centres 1 and 8/3 apart at 10 - 5/3
        double[] x = {0, 2, 3, 10};
        int[] labels = {0, 0, 0, 1};
        var settings = new RangeLossSettings(2, 10, 1, 1, 1, Reduction.SUM, 1e-9, Distance.EUCLIDEAN, false);
        var loss = new RangeLoss(settings);

        double value = loss.addGradient(x, labels, 4, 1, new double[4]);

        double intra = 2 / (1 / 3.0 + 1 / 2.0);
        double inter = 10 - (10 - 5 / 3.0);
        assertEquals(intra, loss.intra(), 1e-12);
        assertEquals(inter, loss.inter(), 1e-12);
        assertEquals(intra + inter, value, 1e-12);
    }

    @Test
    void onUnitLengthOnlyDirectionsCount() {
        var settings = new RangeLossSettings(1, 2, 1, 1, 1, Reduction.SUM, 1e-9, Distance.SQUARED, true);
        double[] x = {3, 0, 0, 5, -2, 0};
        var gradient = new double[6];

        double value = RangeLoss.of(settings).addGradient(x, new int[] {0, 0, 1}, 3, 2, gradient);

        // Directions (1, 0), (0, 1) and (-1, 0); the centre (0.5, 0.5) is 2.5 from the other.
        assertEquals(2, value, 1e-12);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, gradient[2 * i] * x[2 * i] + gradient[2 * i + 1] * x[2 * i + 1], 1e-12);
        }
    }

    @Test
    void rejectsConstantsThatMakeNoSense() {
        assertThrows(IllegalArgumentException.class, () -> new RangeLossSettings(0, 1, 1, 1, 1, Reduction.SUM, 0));
        assertThrows(
                IllegalArgumentException.class, () -> new RangeLossSettings(2, Double.NaN, 1, 1, 1, Reduction.SUM, 0));
    }

    private static Fixture fixture(JsonNode json) {
        var settings = new RangeLossSettings(
                json.get("k").asInt(),
                json.get("margin").asDouble(),
                json.get("alpha").asDouble(),
                json.get("beta").asDouble(),
                1,
                Reduction.SUM,
                1e-9);
        List<String> names = new ArrayList<>();
        var labels = new int[json.get("labels").size()];
        for (int i = 0; i < labels.length; i++) {
            String name = json.get("labels").get(i).asText();
            if (!names.contains(name)) {
                names.add(name);
            }
            labels[i] = names.indexOf(name);
        }
        int dim = json.get("embeddings").get(0).size();
        return new Fixture(json.get("name").asText(), settings, matrix(json.get("embeddings")), labels, dim, json);
    }

    private static double[] matrix(JsonNode rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .flatMap(row -> StreamSupport.stream(row.spliterator(), false))
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    private static float[] floats(double[] values) {
        var floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
