package io.rangestream.ingest.synthetic;

import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.source.Rejections;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Faces drawn as they are read: every crop is a function of the seed, the person and its number, so that a stream of any
 * length needs no disk and can be made again. Pose, light, expression and camera vary so much that comparing pixels
 * tells people apart poorly; a network has something to learn. Not thread-safe.
 */
public final class SyntheticFaces implements FaceSource {
    /** Side of a crop, pixels. */
    public static final int DEFAULT_SIZE = 64;

    private final Population population;
    private final long seed;
    private final int size;
    private final List<FaceRef> faces;

    /** With crops of {@value #DEFAULT_SIZE} pixels. */
    public SyntheticFaces(Population population, long seed) {
        this(population, seed, DEFAULT_SIZE);
    }

    /** @param size side of a crop, pixels, at least 16 */
    public SyntheticFaces(Population population, long seed, int size) {
        if (size < 16 || size > 1024) {
            throw new IllegalArgumentException("the size must lie between 16 and 1024 pixels, not " + size);
        }
        this.population = population;
        this.seed = seed;
        this.size = size;
        this.faces = index(population.crops(), seed);
    }

    @Override
    public String description() {
        return "%d synthetic faces of %d people (seed %d)".formatted(population.faces(), population.identities(), seed);
    }

    @Override
    public List<FaceRef> faces() {
        return faces;
    }

    @Override
    public Rejections leftOut() {
        return new Rejections();
    }

    @Override
    public byte[] read(FaceRef face) {
        int person = (int) (face.position() >>> 32);
        int number = (int) face.position();
        Person who = Person.of(seed, person);
        Shot shot = Shot.of(seed, person, number, who);
        Raster raster = new Portrait(who, shot, size).paint();
        raster.expose(shot.light(), shot.camera());
        return raster.jpeg(shot.camera().quality());
    }

    @Override
    public void close() {}

    /** A person is of one seed. Who has how many crops is drawn too: a number must not tell the rank. */
    private static List<FaceRef> index(int[] crops, long seed) {
        List<Integer> people =
                new ArrayList<>(IntStream.range(0, crops.length).boxed().toList());
        Collections.shuffle(people, new Random(seed));
        List<FaceRef> faces = new ArrayList<>();
        for (int rank = 0; rank < crops.length; rank++) {
            int person = people.get(rank);
            String identity = "person-%d-%05d".formatted(seed, person);
            for (int number = 0; number < crops[rank]; number++) {
                String name = "%s/%s_%04d.jpg".formatted(identity, identity, number + 1);
                faces.add(new FaceRef(identity, name, FaceRef.UNKNOWN_SIZE, (long) person << 32 | number));
            }
        }
        faces.sort(Comparator.comparingLong(FaceRef::position));
        return List.copyOf(faces);
    }
}
