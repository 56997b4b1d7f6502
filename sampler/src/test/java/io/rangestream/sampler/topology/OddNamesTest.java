package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Erasure;
import io.rangestream.avro.LabeledFace;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.buffer.Retraction;
import io.rangestream.sampler.internal.buffer.RetractionLog;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

/** One person, however producers and operators write the name; and what an order says it found. */
class OddNamesTest {
    private static final String COMPOSED = "Jos\u00E9";
    private static final String DECOMPOSED = "Jose\u0301";
    private static final String BLANKS = "\uFEFF " + DECOMPOSED + "\u00A0\u200B";

    @Test
    void facesUnderAllFormsOfANameAreOnePersons() {
        try (var sampler = new SamplerHarness(Faces.config())) {
            sampler.add(COMPOSED, "0");
            sampler.add(DECOMPOSED, "1");
            sampler.add(BLANKS, " e\u0301 ");
            sampler.add(COMPOSED, "\u00E9");

            assertEquals(Map.of(COMPOSED, Set.of("0", "1", "\u00E9")), Invariants.keptFaces(sampler));
            assertEquals(1, sampler.board.counted(TaskBoard.Event.DUPLICATE));
            Invariants.check(sampler);
        }
    }

    @Test
    void theKeyMayBeOfAnotherFormThanTheRecord() {
        try (var sampler = new SamplerHarness(Faces.config())) {
            sampler.send(BLANKS, Faces.CODEC.encode(Faces.face(COMPOSED, "0")));

            assertEquals(Map.of(COMPOSED, Set.of("0")), Invariants.keptFaces(sampler));
        }
    }

    @Test
    void theHoldoutHasTheNormalisedNames() {
        try (var sampler = new SamplerHarness(Faces.config("holdout.identities", BLANKS))) {
            sampler.add(DECOMPOSED, "e\u0301");
            sampler.add(COMPOSED, "\u00E9");

            assertEquals(List.of(COMPOSED + "/\u00E9"), sampler.holdoutKeys());
            var face = (LabeledFace) Faces.CODEC.decode(sampler.holdout.get(0).value());
            assertEquals(COMPOSED, face.getIdentity());
            assertEquals("\u00E9", face.getFaceId());

            sampler.erase(BLANKS);

            assertEquals(COMPOSED + "/\u00E9", sampler.holdoutKeys().get(1));
            assertNull(sampler.holdout.get(1).value());
        }
    }

    @Test
    void anErasureByAnyFormForgetsThePersonAndSaysWhatWasFound() {
        try (var sampler = new SamplerHarness(Faces.config("holdout.faces.per.mille", "1000"))) {
            for (int face = 0; face < 8; face++) {
                sampler.add(DECOMPOSED, "" + face);
            }
            int heldOut = sampler.holdout.size();
            int kept = Invariants.keptFaces(sampler).get(COMPOSED).size();

            sampler.erase(BLANKS);
            sampler.erase(COMPOSED);

            assertTrue(heldOut > 0 && kept > 0);
            assertEquals(
                    List.of(
                            new Erasure("0_0", 1L, COMPOSED, 8L, 2L * heldOut, kept, heldOut),
                            new Erasure("0_0", 2L, COMPOSED, 9L, 2L * heldOut, 0, 0)),
                    sampler.records());
            assertEquals(Map.of(), Invariants.keptFaces(sampler));
        }
    }

    @Test
    void aRetractionByAnyFormTakesTheFaceBackAndNotesWhatWasFound() {
        try (var sampler = new SamplerHarness(Faces.config("holdout.identities", "zoe", "buffer.capacity", "2"))) {
            sampler.add("zoe", "0");
            sampler.add(COMPOSED, "\u00E9");
            sampler.retract(BLANKS, "e\u0301");
            sampler.retract(COMPOSED, "\u00E9");
            sampler.retract("zoe", "0");
            sampler.add("ann", "0");
            sampler.add("ann", "1");
            sampler.add("ann", "2");
            Set<String> left = new HashSet<>(Set.of("0", "1", "2"));
            left.removeAll(Invariants.keptFaces(sampler).get("ann"));
            sampler.retract("ann", left.iterator().next());

            assertEquals(Optional.of(Retraction.BUFFERED), found(sampler, 2));
            assertEquals(Optional.of(Retraction.NOTHING), found(sampler, 3));
            assertEquals(Optional.of(Retraction.HELD_OUT), found(sampler, 4));
            assertEquals(Optional.of(Retraction.LEFT), found(sampler, 8));
        }
    }

    @Test
    void theStoreKeepsTheLastRetractionsAlone() {
        var first = new SamplerHarness(Faces.config());
        for (int i = 0; i < 5; i++) {
            first.retract("ann", "" + i);
        }
        try (var sampler = first.reopen()) {
            for (int i = 0; i < RetractionLog.KEPT; i++) {
                sampler.retract("ann", "" + i);
            }
            var task = sampler.disk.get(SamplerTopology.TASK_STORE);
            assertEquals(
                    RetractionLog.KEPT,
                    task.keySet().stream()
                            .filter(key -> new String(key.get(), StandardCharsets.ISO_8859_1).startsWith("retracted/"))
                            .count());
        }
    }

    @Test
    void whatAnEarlierBuildStoredUnderAnotherFormIsErasedWithThePerson() {
        // Six bytes of UTF-8 each.
        Map<String, NavigableMap<Bytes, byte[]>> disk = earlierBuild(Map.of("person", DECOMPOSED));
        var first = new SamplerHarness(config(), disk, DeadLetterHandler.DEFAULT_MAX_BYTES);
        first.add("other", "0");
        try (var sampler = first.reopen()) {
            sampler.add(COMPOSED, "new");

            sampler.erase(COMPOSED);

            List<Erasure> erasures = erasures(sampler);
            assertEquals(
                    List.of(DECOMPOSED, COMPOSED),
                    erasures.stream().map(Erasure::getIdentity).toList());
            Erasure answer = erasures.get(1);
            assertEquals(8 + 1, answer.getBuffered() + answer.getHeldOut(), "it speaks of all names");
            assertFalse(holds(sampler, DECOMPOSED), "nothing is left under the former name");
            assertFalse(holds(sampler, COMPOSED), "nor under the name");
            assertTrue(
                    sampler.holdoutKeys().stream().anyMatch(key -> key.startsWith(DECOMPOSED + "/")),
                    "the holdout has its tombstones");
        }
    }

    @Test
    void whatAnEarlierBuildStoredUnderNoNameIsForgottenAtTheNextRecord() {
        Map<String, NavigableMap<Bytes, byte[]>> disk = earlierBuild(Map.of("person", "\u00A0\u00A0\u00A0"));
        try (var sampler = new SamplerHarness(config(), disk, DeadLetterHandler.DEFAULT_MAX_BYTES)) {
            sampler.add("other", "0");

            assertFalse(holds(sampler, "\u00A0\u00A0\u00A0"));
            assertEquals(1, erasures(sampler).size());
        }
    }

    private static SamplerConfig config() {
        return Faces.config("holdout.faces.per.mille", "1000", "buffer.capacity", "8");
    }

    /** The stores of a build that took names as they came: names of equal length in UTF-8 are put in place of others. */
    private static Map<String, NavigableMap<Bytes, byte[]>> earlierBuild(Map<String, String> names) {
        Map<String, NavigableMap<Bytes, byte[]>> disk = new ConcurrentHashMap<>();
        try (var sampler = new SamplerHarness(config(), disk, DeadLetterHandler.DEFAULT_MAX_BYTES)) {
            for (int face = 0; face < 8; face++) {
                sampler.add("person", "" + face);
            }
        }
        disk.values().forEach(store -> {
            var entries = new ArrayList<>(store.entrySet());
            store.clear();
            entries.forEach(entry ->
                    store.put(Bytes.wrap(replaced(entry.getKey().get(), names)), replaced(entry.getValue(), names)));
        });
        disk.get(SamplerTopology.TASK_STORE).remove(Bytes.wrap("names".getBytes(StandardCharsets.UTF_8)));
        return disk;
    }

    private static byte[] replaced(byte[] bytes, Map<String, String> names) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        for (var name : names.entrySet()) {
            text = text.replace(
                    name.getKey(),
                    new String(name.getValue().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean holds(SamplerHarness sampler, String identity) {
        var name = new String(identity.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return sampler.disk.values().stream()
                .flatMap(store -> new TreeMap<>(store).keySet().stream())
                .anyMatch(key -> new String(key.get(), StandardCharsets.ISO_8859_1).contains(name));
    }

    private static List<Erasure> erasures(SamplerHarness sampler) {
        return sampler.records().stream()
                .filter(Erasure.class::isInstance)
                .map(Erasure.class::cast)
                .toList();
    }

    private static Optional<Retraction> found(SamplerHarness sampler, long offset) {
        return sampler.disk.get(SamplerTopology.TASK_STORE).entrySet().stream()
                .flatMap(entry -> RetractionLog.read(entry.getKey().get(), entry.getValue(), offset).stream())
                .findFirst();
    }
}
