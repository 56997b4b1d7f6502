package io.rangestream.app.experiment.tailcut;

import io.rangestream.app.evaluate.FacePairs;
import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Encoding;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.sampler.split.HoldoutSplit;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.identity.IdentityList;
import io.rangestream.schemas.image.ImageHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Who is trained on and who is verified: by the development view of LFW, or by a stable hash that holds a fifth of the people out.
 * Images that were drawn once stay in memory. The source stays the caller's to close. Not thread-safe.
 */
final class StudyData {
    private static final HoldoutSplit SPLIT = new HoldoutSplit(200, 0, Set.of());
    private static final long PAIRS_SEED = 1;

    private final FaceSource source;
    private final LongTail people;
    private final FacePairs strangers;
    private final FacePairs trained;
    private final Map<FaceRef, BatchFace> drawn = new HashMap<>();

    private StudyData(FaceSource source, LongTail people, FacePairs strangers, FacePairs trained) {
        this.source = source;
        this.people = people;
        this.strangers = strangers;
        this.trained = trained;
        if (people.cut(100).size() < 2 || people.tail().isEmpty()) {
            throw new ConfigurationException("%s has no long tail: %d people with at least %d faces, %d with 2 to %d"
                    .formatted(
                            source.description(),
                            people.cut(100).size(),
                            people.tailBelow(),
                            people.tail().size(),
                            people.tailBelow() - 1));
        }
    }

    /**
     * @param protocol folder with {@code peopleDevTrain.txt}, {@code pairsDevTrain.txt} and {@code pairsDevTest.txt} of LFW
     * @throws ConfigurationException if there is no long tail, or a protocol file is missing
     */
    static StudyData ofLfw(FaceSource source, Path protocol, int tailBelow) {
        Set<String> training =
                IdentityList.read(protocol.resolve("peopleDevTrain.txt")).names();
        return new StudyData(
                source,
                LongTail.of(source.faces(), training::contains, tailBelow),
                FacePairs.of(source, protocol.resolve("pairsDevTest.txt")),
                FacePairs.of(source, protocol.resolve("pairsDevTrain.txt")));
    }

    /** @throws ConfigurationException if there is no long tail, or nobody is left to verify on */
    static StudyData of(FaceSource source, int tailBelow) {
        Predicate<String> training = identity -> SPLIT.isTraining(identity, "");
        Predicate<FaceRef> trainingFace = face -> training.test(face.identity());
        LongTail people = LongTail.of(source.faces(), training, tailBelow);
        List<FaceRef> trainingFaces =
                people.people().stream().flatMap(p -> p.faces().stream()).toList();
        List<FaceRef> others =
                source.faces().stream().filter(trainingFace.negate()).toList();
        try {
            return new StudyData(
                    source,
                    people,
                    FacePairs.drawn(source, others, PAIRS_SEED),
                    FacePairs.drawn(source, trainingFaces, PAIRS_SEED));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e);
        }
    }

    /** Those who may be trained on, the tail uncut. */
    LongTail people() {
        return people;
    }

    /** Pairs of people who are never trained on. */
    FacePairs strangers() {
        return strangers;
    }

    /** Pairs of people who are trained on when the tail is uncut. */
    FacePairs trained() {
        return trained;
    }

    /** A face as it stands in a batch. */
    BatchFace face(FaceRef face) {
        return drawn.computeIfAbsent(face, this::read);
    }

    private BatchFace read(FaceRef face) {
        try {
            byte[] image = source.read(face);
            // What is none of the known formats is left out of its batch by who decodes it.
            Encoding encoding =
                    ImageHeader.read(image).map(ImageHeader::encoding).orElse(Encoding.JPEG);
            return new BatchFace(face.identity(), face.name(), encoding, 0, 0, ByteBuffer.wrap(image));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
