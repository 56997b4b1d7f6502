package io.rangestream.app.evaluate;

import io.rangestream.ingest.source.FaceRef;
import io.rangestream.learner.evaluation.RocCurve;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.TextLines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Pairs to be verified, read from the files of LFW and YTF or from a plain table.
 *
 * <ul>
 *   <li>LFW ({@code pairs.txt}, {@code pairsDevTest.txt}; Huang et al. 2007): a first line of counts, then {@code name i j} for a
 *       genuine pair and {@code name i name j} for an impostor pair; with two counts, folds of twice the second.
 *   <li>YTF ({@code splits.txt}; Wolf et al. 2011): {@code split, …, name/video, name/video, …, same} with commas.
 *   <li>anything else: {@code [fold] first second same}, separated by tabs, {@code same} being 1 or 0.
 * </ul>
 *
 * @param name of the file
 * @param pairs in the file's order
 */
public record PairList(String name, List<Pair> pairs) {

    private static final int PAIRS_PER_PERSON = 10;

    /**
     * @param fold from 1, or 0 where the file has no folds
     * @param first name of a template, as the file has it or as LFW names its images ({@code Name_0001})
     * @param same whether both are of one person
     */
    public record Pair(int fold, String first, String second, boolean same) {}

    public PairList {
        pairs = List.copyOf(pairs);
    }

    /** @throws ConfigurationException in one line, naming the line that is no pair */
    public static PairList read(Path file) {
        List<String> lines = TextLines.readComposed(file);
        String name = String.valueOf(file.getFileName());
        String head = lines.isEmpty() ? "" : lines.get(0).strip();
        List<Pair> pairs;
        if (head.matches("\\d+(\\s+\\d+)?")) {
            pairs = lfw(name, head, lines.subList(1, lines.size()));
        } else if (head.contains(",")) {
            pairs = ytf(name, lines);
        } else {
            pairs = table(name, lines);
        }
        if (pairs.stream().noneMatch(Pair::same) || pairs.stream().allMatch(Pair::same)) {
            throw new ConfigurationException("%s has no pairs of both kinds".formatted(name));
        }
        return new PairList(name, pairs);
    }

    /**
     * Draws pairs: up to {@value #PAIRS_PER_PERSON} genuine ones of each person, so that those with many faces do not supply them
     * all, and as many impostor pairs of faces of two people drawn alike.
     *
     * @param faces of at least two people, one of whom has two faces
     * @param seed of the draw; the same faces and seed give the same pairs
     * @throws IllegalArgumentException if there is no pair of both kinds
     */
    public static PairList drawn(List<FaceRef> faces, long seed) {
        Map<String, List<String>> people = new TreeMap<>();
        faces.forEach(face ->
                people.computeIfAbsent(face.identity(), id -> new ArrayList<>()).add(face.name()));
        var random = new Random(seed);
        Set<Pair> drawn = new LinkedHashSet<>();
        for (List<String> own : people.values()) {
            int possible = own.size() * (own.size() - 1) / 2;
            for (int n = 0; n < Math.min(PAIRS_PER_PERSON, possible); ) {
                int first = random.nextInt(own.size() - 1);
                int second = first + 1 + random.nextInt(own.size() - 1 - first);
                n += drawn.add(new Pair(0, own.get(first), own.get(second), true)) ? 1 : 0;
            }
        }
        if (drawn.isEmpty() || people.size() < 2) {
            throw new IllegalArgumentException("%d people are too few to draw pairs of".formatted(people.size()));
        }
        var pairs = new ArrayList<>(drawn);
        List<List<String>> all = List.copyOf(people.values());
        for (int n = pairs.size(); n > 0; n--) {
            int first = random.nextInt(all.size());
            int second = (first + 1 + random.nextInt(all.size() - 1)) % all.size();
            pairs.add(new Pair(0, any(all.get(first), random), any(all.get(second), random), false));
        }
        return new PairList("drawn pairs", pairs);
    }

    private static String any(List<String> names, Random random) {
        return names.get(random.nextInt(names.size()));
    }

    /** Area under the ROC curve of the pairs' similarities. */
    public double auc(Templates templates) {
        return new RocCurve(similarities(templates, true), similarities(templates, false)).auc();
    }

    private double[] similarities(Templates templates, boolean same) {
        return pairs.stream()
                .filter(pair -> pair.same() == same)
                .mapToDouble(pair -> templates.similarity(pair.first(), pair.second()))
                .toArray();
    }

    /** The folds in ascending order; empty where the file has none. */
    List<Integer> folds() {
        return pairs.stream()
                .map(Pair::fold)
                .filter(fold -> fold > 0)
                .distinct()
                .sorted()
                .toList();
    }

    /** All that has to be embedded. */
    public Collection<String> names() {
        var names = new TreeSet<String>();
        pairs.forEach(pair -> {
            names.add(pair.first());
            names.add(pair.second());
        });
        return names;
    }

    private static List<Pair> lfw(String file, String head, List<String> lines) {
        String[] counts = head.split("\\s+");
        int foldSize = counts.length == 2 ? 2 * Integer.parseInt(counts[1]) : 0;
        var pairs = new ArrayList<Pair>();
        for (String line : lines) {
            if (line.isBlank()) {
                continue;
            }
            String[] words = line.strip().split("\\s+");
            int fold = foldSize == 0 ? 0 : pairs.size() / foldSize + 1;
            try {
                pairs.add(
                        words.length == 3
                                ? new Pair(fold, crop(words[0], words[1]), crop(words[0], words[2]), true)
                                : new Pair(fold, crop(words[0], words[1]), crop(words[2], words[3]), false));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw noPair(file, line);
            }
        }
        return pairs;
    }

    private static List<Pair> ytf(String file, List<String> lines) {
        var pairs = new ArrayList<Pair>();
        for (String line : lines) {
            String[] fields = line.strip().split("\\s*,\\s*");
            List<String> videos = List.of(fields).stream()
                    .filter(field -> field.contains("/"))
                    .toList();
            if (line.isBlank() || (videos.isEmpty() && pairs.isEmpty())) {
                continue; // The heading.
            }
            String same = fields[fields.length - 1];
            if (videos.size() != 2 || !fields[0].matches("\\d{1,9}") || !same.matches("[01]")) {
                throw noPair(file, line);
            }
            pairs.add(new Pair(Integer.parseInt(fields[0]), videos.get(0), videos.get(1), same.equals("1")));
        }
        return pairs;
    }

    private static List<Pair> table(String file, List<String> lines) {
        var pairs = new ArrayList<Pair>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank()) {
                continue;
            }
            String[] fields = line.strip().split("\t");
            String same = fields[fields.length - 1];
            boolean isPair = same.matches("[01]")
                    && (fields.length == 3 || (fields.length == 4 && fields[0].matches("\\d{1,9}")));
            if (isPair) {
                int at = fields.length - 3;
                int fold = at == 0 ? 0 : Integer.parseInt(fields[0]);
                pairs.add(new Pair(fold, fields[at], fields[at + 1], same.equals("1")));
            } else if (i > 0) { // The first may be a heading.
                throw noPair(file, line);
            }
        }
        return pairs;
    }

    private static String crop(String name, String number) {
        return "%s_%04d".formatted(name, Integer.parseInt(number));
    }

    private static ConfigurationException noPair(String file, String line) {
        return new ConfigurationException("%s: no pair: %s".formatted(file, line.strip()));
    }
}
