package io.rangestream.app.experiment.continual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.rangestream.app.experiment.Run;
import io.rangestream.ingest.source.FaceRef;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static final double EXACT = 1e-12;

    /** 40 faces of 4 people, one after the other. */
    private final List<FaceRef> faces = IntStream.range(0, 40)
            .mapToObj(i -> new FaceRef("p" + i / 10, "p%d/%d".formatted(i / 10, i), 1, i))
            .toList();

    @Test
    void forgettingIsTheBestSinceAWaveBeganLessTheEndWithoutTheLastWave() {
        // Given two waves; the second is told well before its first face, by luck
        Arrival arrival = new Arrival(faces, faces.size(), Map.of("p0", 0, "p1", 0, "p2", 1, "p3", 1));
        List<Run.Point> points =
                List.of(rank1(100, 0.5, 0.9), rank1(200, 0.75, 0.9), rank1(300, 0.625, 0.25), rank1(400, 0.5, 0.125));

        // When
        Map<String, Double> figures = Figures.atTheEnd(points, arrival);

        // Then
        assertEquals(0.25, figures.get(Figures.forgetting(0)), EXACT);
        assertFalse(figures.containsKey(Figures.forgetting(1)));
        assertEquals(0.25, figures.get(Figures.FORGETTING), EXACT);
        assertEquals(200, figures.get(Figures.start(1)), EXACT);
    }

    @Test
    void whatCameBeforeAWavesFirstFaceIsNotForgotten() {
        // Given three waves, the middle one best before it began
        Arrival arrival = new Arrival(faces, faces.size(), Map.of("p0", 0, "p1", 1, "p2", 2, "p3", 2));
        List<Run.Point> points =
                List.of(rank1(100, 0.5, 0.75), rank1(200, 0.5, 0.375), rank1(300, 0.5, 0.5), rank1(400, 0.5, 0.25));

        // When
        Map<String, Double> figures = Figures.atTheEnd(points, arrival);

        // Then
        assertEquals(0, figures.get(Figures.forgetting(0)), EXACT);
        assertEquals(0.25, figures.get(Figures.forgetting(1)), EXACT);
        assertEquals(0.125, figures.get(Figures.FORGETTING), EXACT);
    }

    @Test
    void aStreamWithoutWavesCountsAsOne() {
        Arrival arrival = new Arrival(faces, faces.size(), Map.of("p0", 0, "p1", 0, "p2", 0, "p3", 0));
        List<Run.Point> points = List.of(point(100, 0.8, 0, 0.5), point(200, 0.7, 0, 0.375));
        assertEquals(0.125, Figures.atTheEnd(points, arrival).get(Figures.FORGETTING), EXACT);
    }

    @Test
    void recoveryCountsFromTheOnsetToTheFirstVersionThatIsAsGoodAsBefore() {
        // Given a drift after 200 crops, before which the clean holdout had 0.8 and the drifted 0.6
        Arrival arrival = new Arrival(faces, 20, Map.of("p0", 0, "p1", 0, "p2", 0, "p3", 0));
        List<Run.Point> points = List.of(
                point(100, 0.75, 0.7, 0), point(200, 0.8, 0.6, 0), point(300, 0.7, 0.55, 0), point(400, 0.75, 0.65, 0));

        // When
        Map<String, Double> figures = Figures.atTheEnd(points, arrival);

        // Then
        assertEquals(200, figures.get(Figures.ONSET), EXACT);
        assertEquals(200, figures.get(Figures.NOT_WORSE), EXACT);
        assertFalse(figures.containsKey(Figures.AS_GOOD_AS_CLEAN), "0.8 was never reached");
    }

    private static Run.Point rank1(long crops, double first, double second) {
        return new Run.Point(
                crops,
                Map.of(Figures.RANK1, 0.0, Figures.rank1(0), first, Figures.rank1(1), second, Figures.rank1(2), 0.0));
    }

    private static Run.Point point(long crops, double auc, double drifted, double rank1) {
        return new Run.Point(crops, Map.of(Figures.AUC, auc, Figures.DRIFTED_AUC, drifted, Figures.RANK1, rank1));
    }
}
