package io.rangestream.app.experiment.continual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.evaluate.PairList;
import io.rangestream.ingest.IngestConfig;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.synthetic.Population;
import io.rangestream.ingest.synthetic.SyntheticFaces;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CastTest {
    private static final IngestConfig LIMITS = IngestConfig.from(Settings.of(Map.of()));

    private final SyntheticFaces source = new SyntheticFaces(new Population(60, 400, 1, 1), 3, 32);
    private final Cast cast = Cast.of(source, 2, LIMITS);

    @Test
    void aProbeIsNeverTrainedOnAndHasATrainedFaceInTheGallery() {
        Set<FaceRef> training = new HashSet<>(cast.training());
        assertTrue(cast.probes().size() > 5);
        assertTrue(cast.probes().stream().noneMatch(training::contains));
        assertTrue(training.containsAll(cast.gallery()));
        assertEquals(people(cast.probes()), people(cast.gallery()));
    }

    @Test
    void nobodyInTheHoldoutIsTrainedOn() {
        Set<String> training = people(cast.training());
        assertFalse(cast.holdout().isEmpty());
        for (String name : cast.holdout().keySet()) {
            assertFalse(training.contains(name.substring(0, name.indexOf('/'))), name);
        }
        List<PairList.Pair> pairs = cast.holdoutPairs().pairs();
        assertEquals(
                pairs.size(), 2 * pairs.stream().filter(PairList.Pair::same).count());
    }

    @Test
    void whoeverHasTooFewFacesIsLeftOut() {
        Map<String, Long> faces =
                cast.training().stream().collect(Collectors.groupingBy(FaceRef::identity, Collectors.counting()));
        assertTrue(faces.values().stream().allMatch(count -> count >= 2), faces.toString());
        Set<String> many = people(Cast.of(source, 8, LIMITS).training());
        assertTrue(many.stream().allMatch(person -> faces.getOrDefault(person, 0L) >= 7), "8 with the probe");
        assertTrue(many.size() < faces.size());
    }

    @Test
    void dataWithoutEnoughFacesOfAnyoneAreRefused() {
        var few = new SyntheticFaces(new Population(50, 100, 0, 2), 3, 32);
        assertThrows(ConfigurationException.class, () -> Cast.of(few, 2, LIMITS));
    }

    private static Set<String> people(List<FaceRef> faces) {
        return faces.stream().map(FaceRef::identity).collect(Collectors.toSet());
    }
}
