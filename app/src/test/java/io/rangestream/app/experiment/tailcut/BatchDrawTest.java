package io.rangestream.app.experiment.tailcut;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.experiment.tailcut.Arm.Sampling;
import io.rangestream.app.experiment.tailcut.LongTail.Person;
import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.ingest.source.FaceRef;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchDrawTest {
    private static final int BATCHES = 2_000;
    private static final List<Person> PEOPLE = List.of(person("head", 60), person("middle", 20), person("tail", 2));

    @Test
    void aBalancedBatchHasEveryPersonWithAsManyCropsDistinctWhereThereAreSome() {
        var draw = new BatchDraw(PEOPLE, new BatchShape(3, 4), arm(Sampling.BALANCED, 1), BatchDrawTest::face);

        TrainingBatch batch = draw.next();

        Map<String, List<String>> byPerson = batch.getFaces().stream()
                .collect(Collectors.groupingBy(
                        BatchFace::getIdentity, Collectors.mapping(BatchFace::getFaceId, Collectors.toList())));
        assertEquals(3, byPerson.size());
        byPerson.values().forEach(faces -> assertEquals(4, faces.size()));
        assertEquals(
                4, byPerson.getOrDefault("head", List.of()).stream().distinct().count());
        assertEquals(
                2, byPerson.getOrDefault("tail", List.of()).stream().distinct().count());
    }

    @Test
    void tauDecidesHowFarTheHeadIsPreferred() {
        Map<String, Long> alike = firstOfPair(0);
        Map<String, Long> byFaces = firstOfPair(1);

        // Drawn alone, in proportion to n^0 or to n = 60, 20, 2 of 82.
        assertEquals(BATCHES / 3.0, alike.getOrDefault("tail", 0L), 100);
        assertEquals(BATCHES * 2 / 82.0, byFaces.getOrDefault("tail", 0L), 30);
        assertEquals(BATCHES * 60 / 82.0, byFaces.getOrDefault("head", 0L), 100);
    }

    @Test
    void drawnByInstanceEveryFaceIsAlike() {
        var draw = new BatchDraw(PEOPLE, new BatchShape(3, 4), arm(Sampling.INSTANCE, 1), BatchDrawTest::face);
        Map<String, Integer> crops = new HashMap<>();

        for (int i = 0; i < BATCHES; i++) {
            draw.next().getFaces().forEach(face -> crops.merge(face.getIdentity(), 1, Integer::sum));
        }

        int all = BATCHES * 12;
        assertEquals(all * 60 / 82.0, crops.getOrDefault("head", 0), all * 0.02);
        assertEquals(all * 2 / 82.0, crops.getOrDefault("tail", 0), all * 0.01);
    }

    @Test
    void theSameSeedGivesTheSameBatchesAndAnotherDoesNot() {
        assertEquals(names(1, 20), names(1, 20));
        assertTrue(!names(1, 20).equals(names(2, 20)));
    }

    /** How often each person is in a batch for one; BatchShape does not allow such, so two of three are drawn and the first counts. */
    private static Map<String, Long> firstOfPair(double tau) {
        var draw = new BatchDraw(PEOPLE, new BatchShape(2, 2), arm(Sampling.BALANCED, tau), BatchDrawTest::face);
        return IntStream.range(0, BATCHES)
                .mapToObj(i -> draw.next().getFaces().get(0).getIdentity())
                .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
    }

    private static List<String> names(long seed, int batches) {
        var draw = new BatchDraw(
                PEOPLE, new BatchShape(2, 2), new Arm("softmax", 0, Sampling.BALANCED, 1, seed), BatchDrawTest::face);
        return IntStream.range(0, batches)
                .boxed()
                .flatMap(i -> draw.next().getFaces().stream())
                .map(BatchFace::getFaceId)
                .toList();
    }

    private static Arm arm(Sampling sampling, double tau) {
        return new Arm("softmax", 0, sampling, tau, 1);
    }

    private static Person person(String name, int faces) {
        return new Person(
                name,
                IntStream.range(0, faces)
                        .mapToObj(i -> new FaceRef(name, "%s/%d.jpg".formatted(name, i), 1, i))
                        .toList());
    }

    private static BatchFace face(FaceRef face) {
        return new BatchFace(face.identity(), face.name(), Encoding.JPEG, 0, 0, ByteBuffer.allocate(0));
    }
}
