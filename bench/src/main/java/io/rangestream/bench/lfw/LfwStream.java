package io.rangestream.bench.lfw;

import io.rangestream.avro.BufferStatistics;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.learner.batch.PreparedBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Batches of P people × K crops from faces that arrive shuffled while training goes on, as the PyTorch reference draws them: all of
 * DevTrain has arrived after 60,000 crops, people are drawn in proportion to the faces that have arrived of them, and a person with
 * fewer than K faces repeats some. Crops are mirrored and shifted at random.
 */
final class LfwStream {
    private static final int CROPS_UNTIL_ALL_ARRIVED = 60_000;
    private static final int ARRIVED_AT_FIRST = 512;
    private static final int MAX_SHIFT = 4;

    private final LfwCrops lfw;
    private final int people;
    private final int cropsEach;
    private final Random random;
    private final List<Face> order = new ArrayList<>();
    private final Map<String, List<String>> arrivedOf = new HashMap<>();
    private final List<String> drawable = new ArrayList<>();
    private final float[] crops;
    private int arrived;
    private long batches;

    private record Face(String person, String crop) {}

    LfwStream(LfwCrops lfw, int people, int cropsEach, long seed) throws IOException {
        this.lfw = lfw;
        this.people = people;
        this.cropsEach = cropsEach;
        this.random = new Random(seed);
        this.crops = new float[people * cropsEach * LfwCrops.CROP_LENGTH];
        lfw.people().forEach((person, faces) -> faces.forEach(face -> order.add(new Face(person, face))));
        Collections.shuffle(order, random);
    }

    /** The next batch; its crops are overwritten by the one after it. */
    PreparedBatch next() {
        int batch = people * cropsEach;
        letArrive(batches * batch / (0.98 * CROPS_UNTIL_ALL_ARRIVED));
        List<String> identities = new ArrayList<>(batch);
        for (String person : drawPeople()) {
            List<String> known = new ArrayList<>(arrivedOf.getOrDefault(person, List.of()));
            Collections.shuffle(known, random);
            for (int k = 0; k < cropsEach; k++) {
                String crop = known.size() >= cropsEach ? known.get(k) : known.get(random.nextInt(known.size()));
                int dy = random.nextInt(2 * MAX_SHIFT + 1) - MAX_SHIFT;
                int dx = random.nextInt(2 * MAX_SHIFT + 1) - MAX_SHIFT;
                lfw.put(crop, random.nextBoolean(), dy, dx, crops, identities.size());
                identities.add(person);
            }
        }
        return new PreparedBatch(source(++batches), crops, identities, List.of());
    }

    private void letArrive(double share) {
        int due = Math.min(order.size(), ARRIVED_AT_FIRST + (int) ((order.size() - ARRIVED_AT_FIRST) * share));
        for (; arrived < due; arrived++) {
            Face face = order.get(arrived);
            List<String> known = arrivedOf.computeIfAbsent(face.person(), p -> new ArrayList<>());
            known.add(face.crop());
            if (known.size() == 2) {
                drawable.add(face.person());
            }
        }
    }

    private Set<String> drawPeople() {
        int total = drawable.stream().mapToInt(this::facesOf).sum();
        Set<String> drawn = new HashSet<>();
        while (drawn.size() < people) {
            int ticket = random.nextInt(total);
            for (String person : drawable) {
                ticket -= facesOf(person);
                if (ticket < 0) {
                    drawn.add(person);
                    break;
                }
            }
        }
        return new TreeSet<>(drawn);
    }

    private int facesOf(String person) {
        return arrivedOf.getOrDefault(person, List.of()).size();
    }

    /** With every field set, as Avro's defaults are for those who read and write records. */
    private TrainingBatch source(long sequence) {
        var buffers = BufferStatistics.newBuilder().build();
        return new TrainingBatch("lfw/" + sequence, "lfw", sequence, people, cropsEach, List.of(), 0L, buffers);
    }
}
