package io.rangestream.learner.evaluation;

import io.rangestream.avro.CrossVersion;
import io.rangestream.avro.Evaluation;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.SegmentEvaluation;
import io.rangestream.avro.TarAtFar;
import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.batch.BatchPreparer;
import io.rangestream.learner.evaluation.HoldoutReader.Decoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Judges weights on the holdout: against the pairs themselves, against the network before its first step, against the promoted version, and
 * whether their embeddings compare with those of older versions.
 *
 * <p>Embeddings of untrained weights and of those versions are kept per face, since they do not change while faces come and go. Not
 * thread-safe; runs on the training thread.
 */
public final class HoldoutEvaluator {
    private static final double[] FALSE_ACCEPTANCE_RATES = {0.1, 0.01, 0.001};
    private static final int EMBED_CHUNK = 256;

    private final Backbone backbone;
    private final int maxFaces;
    private final int maxPairsPerIdentity;
    private final long seed;
    private final Decoder decoder;
    private final Map<String, Decoded> crops = new HashMap<>();
    private final KnownEmbeddings untrained;
    private final Map<Long, KnownEmbeddings> versions = new TreeMap<>();
    private List<Long> founders = List.of();
    private long promotedVersion;

    /** A crop and the record it is of: a face that was taken back may return under its key with another image. */
    private record Decoded(LabeledFace face, byte[] crop) {}

    /**
     * @param untrained weights of the network before its first step
     * @param maxFaces faces evaluated at most, those with the smallest hash of their key
     */
    public HoldoutEvaluator(
            Backbone backbone, float[] untrained, int maxFaces, int maxPairsPerIdentity, long seed, Decoder decoder) {
        this.backbone = backbone;
        this.untrained = new KnownEmbeddings(untrained);
        this.maxFaces = maxFaces;
        this.maxPairsPerIdentity = maxPairsPerIdentity;
        this.seed = seed;
        this.decoder = decoder;
    }

    /**
     * What later versions are compared with.
     *
     * @param version 0 if no version is promoted
     * @param weights empty if they are not to be had
     */
    public void setPromoted(long version, float[] weights) {
        promotedVersion = version;
        keep(weights.length == 0 ? List.of() : List.of(new Founder(version, weights)));
    }

    /** Whose embedding spaces later versions may belong to. */
    public void setFounders(List<Founder> of) {
        founders = of.stream().map(Founder::version).toList();
        keep(of);
    }

    /**
     * Evaluates weights.
     *
     * @param holdout faces by key
     * @param trainedOn whether an identity has been trained on
     */
    public Evaluation evaluate(float[] weights, Map<String, LabeledFace> holdout, Predicate<String> trainedOn) {
        List<HoldoutFace> faces = select(holdout);
        PairSet pairs = PairSet.of(faces, maxPairsPerIdentity, seed);
        var evaluation = Evaluation.newBuilder()
                .setFaces(faces.size())
                .setGenuinePairs(pairs.genuine().size())
                .setImpostorPairs(pairs.impostor().size());
        if (!pairs.isUsable()) {
            return evaluation.build();
        }
        Embeddings embeddings = embed(faces, weights);
        PairedBootstrap.Scores scores = scores(pairs, embeddings);
        var roc = new RocCurve(scores.genuine(), scores.impostor());
        double threshold = roc.bestThreshold();
        evaluation
                .setAuc(roc.auc())
                .setThreshold(threshold)
                .setAccuracy(roc.balancedAccuracy(threshold))
                .setTarAtFar(Arrays.stream(FALSE_ACCEPTANCE_RATES)
                        .mapToObj(far -> new TarAtFar(far, roc.tarAtFar(far)))
                        .toList())
                .setUntrainedAuc(auc(scores(pairs, untrained.of(faces))))
                .setCrossVersion(versions.entrySet().stream()
                        .map(older -> cross(older.getKey(), older.getValue().of(faces), embeddings, scores, pairs))
                        .toList())
                .setPromotedVersion(promotedVersion);
        KnownEmbeddings promoted = versions.get(promotedVersion);
        PairedBootstrap.Scores before = promoted == null ? null : scores(pairs, promoted.of(faces));
        evaluation.setSegments(segments(pairs, scores, before, trainedOn));
        if (before != null) {
            var interval = new PairedBootstrap(pairs).interval(scores, before, seed);
            evaluation
                    .setPromotedAuc(auc(before))
                    .setAucDifferenceLower(interval.lower())
                    .setAucDifferenceUpper(interval.upper());
        }
        return evaluation.build();
    }

    /** Drops decoded crops and embeddings of faces that are no longer in the holdout. */
    public void forgetOthersThan(Set<String> keys) {
        crops.keySet().retainAll(keys);
        Set<byte[]> staying = Collections.newSetFromMap(new IdentityHashMap<>());
        crops.values().forEach(decoded -> staying.add(decoded.crop()));
        untrained.retain(staying);
        versions.values().forEach(version -> version.retain(staying));
    }

    /** Holds these versions besides those held, and no more of the others than are still asked for. */
    private void keep(List<Founder> of) {
        of.forEach(version ->
                versions.computeIfAbsent(version.version(), added -> new KnownEmbeddings(version.weights())));
        versions.keySet().removeIf(version -> version != promotedVersion && !founders.contains(version));
    }

    /** The faces with the smallest hashes: the choice depends on which faces there are, not on their order. */
    private List<HoldoutFace> select(Map<String, LabeledFace> holdout) {
        crops.keySet().retainAll(holdout.keySet());
        var selected = new ArrayList<HoldoutFace>();
        holdout.keySet().stream()
                .sorted(Comparator.<String>comparingInt(key -> spread(key.hashCode()))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(maxFaces)
                .forEach(key -> {
                    LabeledFace face = holdout.get(key);
                    byte[] crop = face == null ? null : crop(key, face);
                    if (face != null && crop != null) {
                        selected.add(new HoldoutFace(key, face.getIdentity(), crop));
                    }
                });
        selected.sort(Comparator.comparing(HoldoutFace::key));
        return selected;
    }

    private byte @Nullable [] crop(String key, LabeledFace face) {
        Decoded known = crops.get(key);
        if (known != null && known.face() == face) {
            return known.crop();
        }
        byte[] crop = decoder.decode(face);
        if (crop != null) {
            crops.put(key, new Decoded(face, crop));
        }
        return crop;
    }

    private List<SegmentEvaluation> segments(
            PairSet pairs,
            PairedBootstrap.Scores scores,
            PairedBootstrap.@Nullable Scores before,
            Predicate<String> trainedOn) {
        return List.of(
                segment("open-set", pairs, scores, before, trainedOn.negate()),
                segment("closed-set", pairs, scores, before, trainedOn));
    }

    /** The genuine pairs of some people against all impostor pairs. */
    private SegmentEvaluation segment(
            String name,
            PairSet pairs,
            PairedBootstrap.Scores scores,
            PairedBootstrap.@Nullable Scores before,
            Predicate<String> who) {
        int[] own = IntStream.range(0, pairs.genuine().size())
                .filter(i -> who.test(
                        pairs.faces().get(pairs.genuine().get(i).first()).identity()))
                .toArray();
        var segment = SegmentEvaluation.newBuilder().setSegment(name).setGenuinePairs(own.length);
        if (own.length == 0) {
            return segment.build();
        }
        PairedBootstrap.Scores ownScores = scores.ofGenuine(own);
        segment.setAuc(auc(ownScores));
        if (before != null) {
            PairedBootstrap.Scores ownBefore = before.ofGenuine(own);
            var interval = new PairedBootstrap(pairs.ofGenuine(own)).interval(ownScores, ownBefore, seed);
            segment.setPromotedAuc(auc(ownBefore))
                    .setAucDifferenceLower(interval.lower())
                    .setAucDifferenceUpper(interval.upper());
        }
        return segment.build();
    }

    private CrossVersion cross(
            long version, Embeddings older, Embeddings newer, PairedBootstrap.Scores newScores, PairSet pairs) {
        List<PairedBootstrap.Scores> both = List.of(scores(pairs, older, newer), scores(pairs, newer, older));
        var interval = new PairedBootstrap(pairs).interval(both, newScores, seed);
        return CrossVersion.newBuilder()
                .setVersion(version)
                .setAuc((auc(both.get(0)) + auc(both.get(1))) / 2)
                .setOlderAuc(auc(scores(pairs, older)))
                .setDifferenceLower(interval.lower())
                .setDifferenceUpper(interval.upper())
                .build();
    }

    private static PairedBootstrap.Scores scores(PairSet pairs, Embeddings embeddings) {
        return scores(pairs, embeddings, embeddings);
    }

    /** Scores of pairs whose first face is embedded by one version, and whose second by another. */
    private static PairedBootstrap.Scores scores(PairSet pairs, Embeddings first, Embeddings second) {
        return new PairedBootstrap.Scores(
                first.similarities(second, pairs.genuine()), first.similarities(second, pairs.impostor()));
    }

    private static double auc(PairedBootstrap.Scores scores) {
        return new RocCurve(scores.genuine(), scores.impostor()).auc();
    }

    private Embeddings embed(List<HoldoutFace> faces, float[] weights) {
        int dim = backbone.spec().embeddingDim();
        int cropLength = backbone.spec().cropLength();
        var raw = new float[faces.size() * dim];
        var input = new float[Math.min(EMBED_CHUNK, faces.size()) * cropLength];
        for (int from = 0; from < faces.size(); from += EMBED_CHUNK) {
            int n = Math.min(EMBED_CHUNK, faces.size() - from);
            for (int i = 0; i < n; i++) {
                BatchPreparer.write(faces.get(from + i).crop(), input, i * cropLength);
            }
            var out = new float[n * dim];
            backbone.embed(input, n, weights, out);
            System.arraycopy(out, 0, raw, from * dim, out.length);
        }
        return Embeddings.normalised(raw, dim);
    }

    private static int spread(int hash) {
        int h = hash * 0x9E3779B9;
        return h ^ (h >>> 15);
    }

    /** Embeddings under weights that do not change, computed once per crop. */
    private final class KnownEmbeddings {
        private final float[] weights;
        private final Map<byte[], float[]> byCrop = new IdentityHashMap<>();

        KnownEmbeddings(float[] weights) {
            this.weights = weights;
        }

        Embeddings of(List<HoldoutFace> faces) {
            List<HoldoutFace> fresh = faces.stream()
                    .filter(face -> !byCrop.containsKey(face.crop()))
                    .toList();
            int dim = backbone.spec().embeddingDim();
            if (!fresh.isEmpty()) {
                float[] values = embed(fresh, weights).values();
                for (int i = 0; i < fresh.size(); i++) {
                    byCrop.put(fresh.get(i).crop(), Arrays.copyOfRange(values, i * dim, (i + 1) * dim));
                }
            }
            var values = new float[faces.size() * dim];
            for (int i = 0; i < faces.size(); i++) {
                System.arraycopy(byCrop.getOrDefault(faces.get(i).crop(), new float[dim]), 0, values, i * dim, dim);
            }
            Set<byte[]> current = Collections.newSetFromMap(new IdentityHashMap<>());
            faces.forEach(face -> current.add(face.crop()));
            retain(current);
            return new Embeddings(values, dim);
        }

        void retain(Set<byte[]> current) {
            byCrop.keySet().removeIf(crop -> !current.contains(crop));
        }
    }
}
