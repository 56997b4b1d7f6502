package io.rangestream.sampler.internal.draw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrawTest {
    private static final int DRAWS = 100_000;

    /** 99.9 % quantile of chi-square with 3 degrees of freedom. */
    private static final double CHI_SQUARE_3 = 16.27;

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1, 2})
    void anIdentityIsDrawnInProportionToKeptToThePowerOfTau(double tau) {
        // Given people with 2, 3, 8 and 64 faces, and one with too few
        int[] kept = {2, 3, 8, 64, 1};
        DrawableIdentities identities = identities(kept, tau);
        // When the first of a batch is drawn very often
        long[] drawn = new long[5];
        for (int i = 0; i < DRAWS; i++) {
            drawn[draw(identities, 1, DrawRandom.of(5, 0, i))[0]]++;
        }
        // Then chi-square accepts the proportions
        assertEquals(0, drawn[4]);
        double total =
                IntStream.range(0, 4).mapToDouble(i -> Math.pow(kept[i], tau)).sum();
        double chiSquare = IntStream.range(0, 4)
                .mapToDouble(i -> {
                    double expected = DRAWS * Math.pow(kept[i], tau) / total;
                    return (drawn[i] - expected) * (drawn[i] - expected) / expected;
                })
                .sum();
        assertTrue(chiSquare < CHI_SQUARE_3, () -> "chi-square " + chiSquare + " of " + Arrays.toString(drawn));
    }

    @Test
    void theSecondIsDrawnFromWhatIsLeft() {
        // P(1 second | 3 first) = 1 / (1 + 2): weights 1, 2, 3 in units of two faces, tau 1
        DrawableIdentities identities = identities(new int[] {2, 4, 6}, 1);
        int threeFirst = 0;
        int thenOne = 0;
        for (int i = 0; i < DRAWS; i++) {
            int[] drawn = draw(identities, 2, DrawRandom.of(9, 1, i));
            assertNotEquals(drawn[0], drawn[1]);
            if (drawn[0] == 2) {
                threeFirst++;
                thenOne += drawn[1] == 0 ? 1 : 0;
            }
        }
        assertEquals(0.5, threeFirst / (double) DRAWS, 0.01);
        assertEquals(1.0 / 3, thenOne / (double) threeFirst, 0.01);
    }

    @Test
    void aTreeRebuiltInAnyOrderDrawsAlike() {
        DrawableIdentities grown = new DrawableIdentities(2, 0.7);
        for (int i = 0; i < 200; i++) {
            int ordinal = grown.register(name(i));
            for (int kept = 0; kept < i % 9; kept++) {
                grown.keptChanged(ordinal, kept, kept + 1);
            }
        }
        grown.release(50, 50 % 9);
        DrawableIdentities rebuilt = new DrawableIdentities(2, 0.7);
        for (int i = 199; i >= 0; i--) {
            if (i != 50) {
                rebuilt.restore(i, name(i), i % 9);
            }
        }
        assertEquals(grown.drawable(), rebuilt.drawable());
        assertEquals(grown.kept(), rebuilt.kept());
        assertEquals(grown.identities(), rebuilt.identities());
        for (int i = 0; i < 50; i++) {
            assertArrayEquals(draw(grown, 20, DrawRandom.of(1, 2, i)), draw(rebuilt, 20, DrawRandom.of(1, 2, i)));
        }
        assertEquals(50, grown.register(name(500)));
        assertEquals(50, rebuilt.register(name(500)));
    }

    @Test
    void moreThanThereAreCannotBeDrawn() {
        DrawableIdentities identities = identities(new int[] {2, 2, 1}, 1);
        assertThrows(IllegalArgumentException.class, () -> draw(identities, 3, DrawRandom.of(1, 0, 1)));
    }

    @Property(tries = 200)
    void noCropIsTakenTwiceMoreOftenThanAnother(
            @ForAll @IntRange(min = 1, max = 40) int available,
            @ForAll @IntRange(min = 1, max = 40) int wanted,
            @ForAll long seed) {
        int[] drawn = CropDraw.draw(available, wanted, DrawRandom.of(seed, 0, 1));
        assertEquals(wanted, drawn.length);
        long[] times = new long[available];
        for (int position : drawn) {
            times[position]++;
        }
        assertTrue(Arrays.stream(times).max().orElseThrow()
                        - Arrays.stream(times).min().orElseThrow()
                <= 1);
    }

    @Test
    void everyCropIsEquallyLikely() {
        long[] times = new long[4];
        for (int i = 0; i < DRAWS; i++) {
            for (int position : CropDraw.draw(4, 2, DrawRandom.of(3, 0, i))) {
                times[position]++;
            }
        }
        double expected = DRAWS / 2.0;
        double chiSquare = Arrays.stream(times)
                .mapToDouble(n -> (n - expected) * (n - expected) / expected)
                .sum();
        assertTrue(chiSquare < CHI_SQUARE_3, () -> Arrays.toString(times));
    }

    /** Other numbers would change every batch ever drawn. */
    @Test
    void theRandomNumbersAreThese() {
        DrawRandom random = DrawRandom.of(1, 2, 3);
        long[] numbers = {random.below(1000), random.below(1000), random.below(1000), random.below(1L << 62)};
        assertArrayEquals(new long[] {111, 904, 925, 4433629968284230112L}, numbers, () -> Arrays.toString(numbers));
    }

    private static DrawableIdentities identities(int[] kept, double tau) {
        var identities = new DrawableIdentities(2, tau);
        for (int i = 0; i < kept.length; i++) {
            identities.restore(i, name(i), kept[i]);
        }
        return identities;
    }

    private static int[] draw(DrawableIdentities identities, int count, DrawRandom random) {
        return new IdentityDraw(identities, SlotShares.of(count, 0, 0), DrawPosition.START).draw(random);
    }

    private static byte[] name(int i) {
        return new byte[] {(byte) i, (byte) (i >> 8)};
    }
}
