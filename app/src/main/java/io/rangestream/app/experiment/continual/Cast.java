package io.rangestream.app.experiment.continual;

import io.rangestream.app.evaluate.ImageSet;
import io.rangestream.app.evaluate.LfwProtocol;
import io.rangestream.app.evaluate.PairList;
import io.rangestream.ingest.IngestConfig;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.sampler.split.HoldoutSplit;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.identity.IdentityList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Which face plays which part; the same for all orders, arms and seeds.
 *
 * @param training faces that are trained on
 * @param probes one face each of people who have several, never trained on
 * @param gallery another, trained, face of each of them
 * @param holdoutPairs pairs of people who are not trained on
 * @param holdout their images
 */
record Cast(
        List<FaceRef> training,
        List<FaceRef> probes,
        List<FaceRef> gallery,
        PairList holdoutPairs,
        Map<String, ImageSet.Image> holdout) {
    private static final int FACES_FOR_A_PROBE = 5;
    private static final HoldoutSplit SPLIT = new HoldoutSplit(200, 0, Set.of());
    private static final long PAIRS_SEED = 1;

    /**
     * Of LFW's development view: training on {@code peopleDevTrain}, holdout {@code pairsDevTest}.
     *
     * @param minFaces people with fewer are left out
     */
    static Cast of(FaceSource source, LfwProtocol protocol, int minFaces, IngestConfig limits) {
        Set<String> people = IdentityList.read(protocol.trainingPeople()).names();
        PairList pairs = protocol.testPairs();
        return of(
                source,
                people::contains,
                minFaces,
                limits,
                pairs,
                ImageSet.faces(source).named(pairs.names()));
    }

    /** Of any other data: a fifth of the people, by the sampler's hash of their names, are held out. */
    static Cast of(FaceSource source, int minFaces, IngestConfig limits) {
        Predicate<String> trained = person -> SPLIT.isTraining(person, "");
        PairList pairs;
        try {
            pairs = PairList.drawn(
                    source.faces().stream()
                            .filter(face -> !trained.test(face.identity()))
                            .toList(),
                    PAIRS_SEED);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("%s: %s".formatted(source.description(), e.getMessage()));
        }
        return of(
                source, trained, minFaces, limits, pairs, ImageSet.faces(source).named(pairs.names()));
    }

    private static Cast of(
            FaceSource source,
            Predicate<String> trained,
            int minFaces,
            IngestConfig limits,
            PairList pairs,
            Map<String, ImageSet.Image> holdout) {
        var training = new ArrayList<FaceRef>();
        var probes = new ArrayList<FaceRef>();
        var gallery = new ArrayList<FaceRef>();
        for (List<FaceRef> own : distinct(source, trained, limits).values()) {
            if (own.size() < minFaces) {
                continue;
            }
            boolean hasProbe = own.size() >= FACES_FOR_A_PROBE;
            training.addAll(hasProbe ? own.subList(0, own.size() - 1) : own);
            if (hasProbe) {
                probes.add(own.get(own.size() - 1));
                gallery.add(own.get(0));
            }
        }
        if (training.isEmpty() || probes.size() < 2) {
            throw new ConfigurationException("%s has too few people with %d faces or more for this experiment"
                    .formatted(source.description(), FACES_FOR_A_PROBE));
        }
        return new Cast(List.copyOf(training), List.copyOf(probes), List.copyOf(gallery), pairs, holdout);
    }

    /** Each person's faces without those that ingest would refuse and the sampler would take for one it knows. */
    private static Map<String, List<FaceRef>> distinct(
            FaceSource source, Predicate<String> people, IngestConfig limits) {
        Map<String, List<FaceRef>> faces = new TreeMap<>();
        var seen = new HashSet<String>();
        for (FaceRef face : source.faces()) {
            if (people.test(face.identity())) {
                limits.faceId(source, face)
                        .filter(id -> seen.add(face.identity() + "/" + id))
                        .ifPresent(id -> faces.computeIfAbsent(face.identity(), person -> new ArrayList<>())
                                .add(face));
            }
        }
        return faces;
    }
}
