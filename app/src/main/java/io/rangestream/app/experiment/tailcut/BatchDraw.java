package io.rangestream.app.experiment.tailcut;

import io.rangestream.app.experiment.tailcut.LongTail.Person;
import io.rangestream.avro.BatchFace;
import io.rangestream.avro.BufferStatistics;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.ingest.source.FaceRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Draws batches when everybody is known from the start. The same people, arm and seed give the same batches. Not thread-safe.
 */
final class BatchDraw {
    private static final String TASK = "tail-cut";

    private final List<Person> people;
    private final List<FaceRef> faces;
    private final BatchShape shape;
    private final Arm arm;
    private final Function<FaceRef, BatchFace> images;
    private final Random random;
    private long sequence;

    /** @param images gives a face as it stands in a batch */
    BatchDraw(List<Person> people, BatchShape shape, Arm arm, Function<FaceRef, BatchFace> images) {
        this.people = people;
        this.faces = people.stream().flatMap(p -> p.faces().stream()).toList();
        this.shape = shape;
        this.arm = arm;
        this.images = images;
        this.random = new Random(arm.seed());
    }

    TrainingBatch next() {
        List<FaceRef> drawn = arm.sampling() == Arm.Sampling.INSTANCE ? instances() : balanced();
        long identities = drawn.stream().map(FaceRef::identity).distinct().count();
        sequence++;
        var statistics = BufferStatistics.newBuilder()
                .setIdentities(people.size())
                .setDrawable(people.size())
                .setKept(faces.size())
                .setSeen(faces.size())
                .build();
        return new TrainingBatch(
                TASK + "/" + sequence,
                TASK,
                sequence,
                (int) identities,
                shape.cropsEach(),
                drawn.stream().map(images).toList(),
                0L,
                statistics);
    }

    private List<FaceRef> instances() {
        return IntStream.range(0, shape.crops())
                .mapToObj(i -> faces.get(random.nextInt(faces.size())))
                .toList();
    }

    /** Distinct faces of a person as long as there are some, then each again in turn. */
    private List<FaceRef> balanced() {
        var drawn = new ArrayList<FaceRef>(shape.crops());
        for (Person person : drawPeople()) {
            int own = person.faces().size();
            int[] order = IntStream.range(0, own).toArray();
            for (int k = 0; k < shape.cropsEach(); k++) {
                if (k < own) {
                    int other = k + random.nextInt(own - k);
                    int swapped = order[k];
                    order[k] = order[other];
                    order[other] = swapped;
                }
                drawn.add(person.faces().get(order[k % own]));
            }
        }
        return drawn;
    }

    /**
     * In proportion to n^τ without replacement: those with the smallest of exponentially distributed numbers, each with its
     * person's weight as rate (Efraimidis and Spirakis, 2006).
     */
    private List<Person> drawPeople() {
        record Waiting(Person person, double time) {}
        return people.stream()
                .map(person -> new Waiting(
                        person,
                        -Math.log(1 - random.nextDouble())
                                / Math.pow(person.faces().size(), arm.tau())))
                .sorted(Comparator.comparingDouble(Waiting::time))
                .limit(shape.people())
                .map(Waiting::person)
                .toList();
    }
}
