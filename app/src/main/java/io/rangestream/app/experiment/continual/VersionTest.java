package io.rangestream.app.experiment.continual;

import io.rangestream.app.evaluate.ImageEmbedder;
import io.rangestream.app.evaluate.ImageSet;
import io.rangestream.app.evaluate.Templates;
import io.rangestream.client.OnnxEmbedder;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is measured of each version: the same images for all, decoded once. */
final class VersionTest {
    private final Cast cast;
    private final Arrival arrival;
    private final int waves;
    private final Map<String, byte[]> holdout;
    private final Map<String, byte[]> driftedHoldout;
    private final Map<String, byte[]> people;

    private VersionTest(
            Cast cast,
            Arrival arrival,
            Map<String, byte[]> holdout,
            Map<String, byte[]> driftedHoldout,
            Map<String, byte[]> people) {
        this.cast = cast;
        this.arrival = arrival;
        this.waves = arrival.starts().size();
        this.holdout = holdout;
        this.driftedHoldout = driftedHoldout;
        this.people = people;
    }

    /**
     * @param inputSize of the versions' network, pixels
     * @param drift what the holdout is also measured under, if the stream drifts
     */
    static VersionTest of(Cast cast, Arrival arrival, FaceSource clean, Drift drift, int inputSize) throws IOException {
        Map<String, ImageSet.Image> known = new TreeMap<>();
        for (FaceRef face : cast.gallery()) {
            known.put(face.name(), () -> clean.read(face));
        }
        for (FaceRef face : cast.probes()) {
            known.put(face.name(), () -> clean.read(face));
        }
        Map<String, ImageSet.Image> drifted = new TreeMap<>();
        if (arrival.onset() < arrival.faces().size()) {
            cast.holdout().forEach((name, image) -> drifted.put(name, () -> drift.apply(name, image.read())));
        }
        return new VersionTest(
                cast,
                arrival,
                ImageEmbedder.decode(cast.holdout(), inputSize),
                ImageEmbedder.decode(drifted, inputSize),
                ImageEmbedder.decode(known, inputSize));
    }

    /** Figures of a version on its way: AUC on people never trained on, rank-1 of the probes, of all and by wave. */
    Map<String, Double> measure(OnnxEmbedder embedder) {
        var plain = new ImageEmbedder(embedder, false);
        var figures = new LinkedHashMap<String, Double>();
        figures.put(Figures.AUC, cast.holdoutPairs().auc(plain.embedDecoded(holdout)));
        if (!driftedHoldout.isEmpty()) {
            figures.put(Figures.DRIFTED_AUC, cast.holdoutPairs().auc(plain.embedDecoded(driftedHoldout)));
        }
        rankOnes(plain.embedDecoded(people), figures);
        return figures;
    }

    /** AUC with each image's and its mirror image's embedding averaged. */
    double mirroredAuc(OnnxEmbedder embedder) {
        return cast.holdoutPairs().auc(new ImageEmbedder(embedder, true).embedDecoded(holdout));
    }

    /** A probe is found if its own person's face is more similar to it than all others of the gallery. */
    private void rankOnes(Templates templates, Map<String, Double> into) {
        var probes = new int[waves];
        var found = new int[waves];
        for (FaceRef probe : cast.probes()) {
            int wave = arrival.wave(probe.identity());
            probes[wave]++;
            found[wave] += isFound(probe, templates) ? 1 : 0;
        }
        int all = 0;
        var byWave = new ArrayList<Double>();
        for (int wave = 0; wave < waves; wave++) {
            all += found[wave];
            byWave.add(probes[wave] == 0 ? Double.NaN : (double) found[wave] / probes[wave]);
        }
        into.put(Figures.RANK1, (double) all / cast.probes().size());
        for (int wave = 0; wave < waves; wave++) {
            if (waves > 1 && probes[wave] > 0) {
                into.put(Figures.rank1(wave), byWave.get(wave));
            }
        }
    }

    private boolean isFound(FaceRef probe, Templates templates) {
        double own = Double.NaN;
        double other = Double.NEGATIVE_INFINITY;
        List<FaceRef> gallery = cast.gallery();
        for (FaceRef face : gallery) {
            double score = templates.similarity(probe.name(), face.name());
            if (face.identity().equals(probe.identity())) {
                own = score;
            } else {
                other = Math.max(other, score);
            }
        }
        return own > other;
    }
}
