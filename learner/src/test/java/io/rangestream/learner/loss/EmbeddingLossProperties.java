package io.rangestream.learner.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.loss.EmbeddingLosses.Form;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;

class EmbeddingLossProperties {
    private static final int DIM = 4;

    /** Embeddings {@code [n, 4]} and the identity of each. */
    record Batch(double[] embeddings, int[] labels) {
        int size() {
            return labels.length;
        }

        Result of(EmbeddingLoss loss) {
            var gradient = new double[embeddings.length];
            return new Result(loss.addGradient(embeddings, labels, size(), DIM, gradient), gradient);
        }

        @Override
        public String toString() {
            return Arrays.toString(labels);
        }
    }

    record Result(double loss, double[] gradient) {}

    @Property(tries = 200)
    void theOrderOfTheCropsDoesNotMatter(@ForAll("forms") Form form, @ForAll("batches") Batch batch, @ForAll int seed) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, batch.size()).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        var shuffled = new Batch(new double[batch.embeddings().length], new int[batch.size()]);
        move(batch.embeddings(), shuffled.embeddings(), order);
        Arrays.setAll(shuffled.labels(), i -> batch.labels()[order.get(i)]);

        Result plain = batch.of(form.loss());
        Result moved = shuffled.of(form.loss());

        var expected = new double[batch.embeddings().length];
        move(plain.gradient(), expected, order);
        assertEquals(plain.loss(), moved.loss(), 1e-9);
        assertArrayEquals(expected, moved.gradient(), 1e-9);
    }

    @Property(tries = 200)
    void movingAllEmbeddingsAlikeChangesNothing(
            @ForAll("forms") Form form,
            @ForAll("batches") Batch batch,
            @ForAll @DoubleRange(min = -10, max = 10) double shift) {
        Assume.that(form.translates());
        double[] moved = Arrays.stream(batch.embeddings()).map(v -> v + shift).toArray();

        Result before = batch.of(form.loss());
        Result after = new Batch(moved, batch.labels()).of(form.loss());

        assertEquals(before.loss(), after.loss(), 1e-9);
        assertArrayEquals(before.gradient(), after.gradient(), 1e-8);
    }

    @Property(tries = 200)
    void scalingEmbeddingsAndMarginsScalesTheLossByItsDegree(
            @ForAll("forms") Form form,
            @ForAll("batches") Batch batch,
            @ForAll @DoubleRange(min = 0.25, max = 4) double scale) {
        double[] scaled = Arrays.stream(batch.embeddings()).map(v -> v * scale).toArray();

        Result before = batch.of(form.loss());
        Result after = new Batch(scaled, batch.labels()).of(form.create().apply(scale));

        double factor = Math.pow(scale, form.degree());
        assertEquals(factor * before.loss(), after.loss(), 1e-9 * (1 + factor * before.loss()));
        for (int i = 0; i < scaled.length; i++) {
            assertEquals(factor / scale * before.gradient()[i], after.gradient()[i], 1e-8 * factor / scale);
        }
    }

    /** Coinciding crops, one crop, one identity, one pair; tiny, huge, and denormal. */
    @Property(tries = 500)
    void lossAndGradientAreNumbersWhateverTheBatch(
            @ForAll("forms") Form form, @ForAll("degenerate") Batch batch, @ForAll("magnitudes") double magnitude) {
        double[] scaled =
                Arrays.stream(batch.embeddings()).map(v -> v * magnitude).toArray();

        Result result = new Batch(scaled, batch.labels()).of(form.loss());

        assertTrue(Double.isFinite(result.loss()) && result.loss() >= 0, () -> "loss " + result.loss());
        assertTrue(Arrays.stream(result.gradient()).allMatch(Double::isFinite));
    }

    @Property(tries = 100)
    void aSmallerBatchAfterALargerOneIsNotAffectedByIt(
            @ForAll("forms") Form form, @ForAll("batches") Batch before, @ForAll("degenerate") Batch batch) {
        EmbeddingLoss used = form.loss();
        before.of(used);

        Result again = batch.of(used);

        Result fresh = batch.of(form.loss());
        assertEquals(fresh.loss(), again.loss());
        assertArrayEquals(fresh.gradient(), again.gradient());
    }

    @Property(tries = 100)
    void anEmbeddingThatIsNotANumberMakesTheLossNotANumber(
            @ForAll("forms") Form form, @ForAll("batches") Batch batch, @ForAll @DoubleRange(max = 0.99) double where) {
        double[] broken = batch.embeddings().clone();
        broken[(int) (where * broken.length)] = Double.NaN;

        assertTrue(
                Double.isNaN(new Batch(broken, batch.labels()).of(form.loss()).loss()));
    }

    @Provide
    Arbitrary<Form> forms() {
        return Arbitraries.of(EmbeddingLosses.all());
    }

    /** At least two identities, each with at least two crops, that nowhere coincide. */
    @Provide
    Arbitrary<Batch> batches() {
        return Combinators.combine(
                        Arbitraries.integers().between(2, 5),
                        Arbitraries.integers().between(2, 4),
                        seeds())
                .as((people, cropsEach, seed) -> {
                    int n = people * cropsEach;
                    int[] labels = IntStream.range(0, n).map(i -> i % people).toArray();
                    return new Batch(normal(n, seed), labels);
                });
    }

    @Provide
    Arbitrary<Batch> degenerate() {
        Arbitrary<Boolean> coinciding = Arbitraries.of(true, false);
        return Combinators.combine(
                        Arbitraries.integers().between(1, 6),
                        Arbitraries.integers().between(1, 3),
                        coinciding,
                        seeds())
                .as((n, people, same, seed) -> {
                    double[] x = normal(n, seed);
                    if (same) {
                        Arrays.setAll(x, i -> x[i % DIM]);
                    }
                    return new Batch(
                            x, IntStream.range(0, n).map(i -> i % people).toArray());
                });
    }

    /** Largest: what a float can hold. */
    @Provide
    Arbitrary<Double> magnitudes() {
        return Arbitraries.of(0.0, 1.0, 1e-3, 1e-20, 1e-45, 1e-160, 1e-300, 1e10, 1e30, 1e37);
    }

    private static Arbitrary<Long> seeds() {
        return Arbitraries.longs();
    }

    private static double[] normal(int n, long seed) {
        var random = new Random(seed);
        var x = new double[n * DIM];
        Arrays.setAll(x, i -> random.nextGaussian());
        return x;
    }

    private static void move(double[] from, double[] to, List<Integer> order) {
        for (int i = 0; i < order.size(); i++) {
            System.arraycopy(from, order.get(i) * DIM, to, i * DIM, DIM);
        }
    }
}
