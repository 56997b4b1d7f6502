package io.rangestream.app.evaluate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Who is it? The first template (by name) of each person with at least two is the gallery, the others are probes.
 *
 * <p>Closed set: every probe's person is in the gallery; the cumulative match characteristic at rank r is the share of probes whose
 * person is among the r most similar. Open set: half of the people, chosen by a hash of their names, and everyone with a single template
 * are left out of the gallery; the detection and identification rate at a false alarm rate f is the share of the other probes whose
 * person is the most similar one, above the threshold that lets the share f of the probes of strangers through (Phillips et al.,
 * <i>Handbook of Face Recognition</i>, ch. 14, 2011).
 *
 * @param gallery people in the closed-set gallery
 * @param probes closed-set probes
 * @param matchRates cumulative match characteristic at ranks 1, 2, …
 * @param openGallery people in the open-set gallery
 * @param known open-set probes of people in that gallery
 * @param strangers open-set probes of others
 * @param detectionRates detection and identification rates, in the order of {@link #FALSE_ALARM_RATES}; empty without strangers
 */
public record Identification(
        int gallery,
        int probes,
        List<Double> matchRates,
        int openGallery,
        int known,
        int strangers,
        List<Double> detectionRates) {

    /** False alarm rates that are reported. */
    static final List<Double> FALSE_ALARM_RATES = List.of(1e-1, 1e-2);

    private static final int RANKS = 20;

    /** @throws IllegalArgumentException if fewer than two people have two templates */
    static Identification of(Templates templates) {
        Map<String, List<String>> people = templates.byIdentity();
        var gallery = new ArrayList<String>();
        var probes = new ArrayList<String>();
        var open = new ArrayList<String>();
        var known = new ArrayList<String>();
        var strangers = new ArrayList<String>();
        people.forEach((identity, own) -> {
            List<String> further = own.subList(1, own.size());
            if (!further.isEmpty()) {
                gallery.add(own.get(0));
                probes.addAll(further);
            }
            if (!further.isEmpty() && isEnrolled(identity)) {
                open.add(own.get(0));
                known.addAll(further);
            } else {
                strangers.addAll(own);
            }
        });
        if (gallery.size() < 2) {
            throw new IllegalArgumentException("identification needs two people with at least two images each");
        }
        List<Double> detected = open.isEmpty() || known.isEmpty() || strangers.isEmpty()
                ? List.of()
                : detectionRates(templates, open, known, strangers);
        return new Identification(
                gallery.size(),
                probes.size(),
                matchRates(templates, gallery, probes),
                open.size(),
                known.size(),
                strangers.size(),
                detected);
    }

    /** The share of probes whose person is among the {@code rank} most similar; the last rate for ranks beyond the gallery. */
    double matchRate(int rank) {
        return matchRates.get(Math.min(rank, matchRates.size()) - 1);
    }

    private static List<Double> matchRates(Templates templates, List<String> gallery, List<String> probes) {
        var hits = new long[Math.min(RANKS, gallery.size())];
        for (String probe : probes) {
            String identity = Templates.identity(probe);
            double own = Double.NaN;
            var scores = new double[gallery.size()];
            for (int g = 0; g < scores.length; g++) {
                scores[g] = templates.similarity(probe, gallery.get(g));
                if (Templates.identity(gallery.get(g)).equals(identity)) {
                    own = scores[g];
                }
            }
            // A tie counts against us: equal scores rank before one's own.
            int rank = -1;
            for (double score : scores) {
                rank += score >= own ? 1 : 0;
            }
            if (rank < hits.length) {
                hits[rank]++;
            }
        }
        var rates = new ArrayList<Double>();
        long within = 0;
        for (long hit : hits) {
            within += hit;
            rates.add((double) within / probes.size());
        }
        return List.copyOf(rates);
    }

    private static List<Double> detectionRates(
            Templates templates, List<String> gallery, List<String> known, List<String> strangers) {
        double[] alarms = strangers.stream()
                .mapToDouble(probe -> gallery.stream()
                        .mapToDouble(name -> templates.similarity(probe, name))
                        .max()
                        .orElseThrow())
                .sorted()
                .toArray();
        var found = new ArrayList<Double>();
        for (String probe : known) {
            String identity = Templates.identity(probe);
            double own = Double.NEGATIVE_INFINITY;
            double other = Double.NEGATIVE_INFINITY;
            for (String name : gallery) {
                double score = templates.similarity(probe, name);
                if (Templates.identity(name).equals(identity)) {
                    own = score;
                } else {
                    other = Math.max(other, score);
                }
            }
            if (own > other) {
                found.add(own);
            }
        }
        return FALSE_ALARM_RATES.stream()
                .map(rate -> {
                    int allowed = (int) Math.floor(rate * alarms.length);
                    double threshold = alarms[alarms.length - 1 - allowed];
                    return (double) found.stream()
                                    .filter(score -> score > threshold)
                                    .count()
                            / known.size();
                })
                .toList();
    }

    /** A hash that no library changes; its bits are spread enough to halve names with. */
    private static boolean isEnrolled(String identity) {
        var hash = new CRC32C();
        hash.update(identity.getBytes(StandardCharsets.UTF_8));
        return (hash.getValue() & 1) == 0;
    }
}
