package io.rangestream.app.evaluate;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.TextLines;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How many images of each person were trained on; a file of {@code identity count} lines, as LFW's {@code people.txt}.
 *
 * @param images by identity
 */
record TrainingCounts(Map<String, Integer> images) {

    /** Parts of a long-tailed set. The tail ends below 20 images, as in the paper of range loss (Zhang et al. 2016). */
    enum Segment {
        HEAD,
        MIDDLE,
        TAIL,
        UNSEEN;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int HEAD_FROM = 100;
    private static final int MIDDLE_FROM = 20;

    TrainingCounts {
        images = Map.copyOf(images);
    }

    static TrainingCounts none() {
        return new TrainingCounts(Map.of());
    }

    /** @throws ConfigurationException in one line if it is no such file */
    static TrainingCounts read(Path file) {
        Map<String, Integer> images = new HashMap<>();
        for (String line : TextLines.readComposed(file)) {
            String[] words = line.strip().split("\\s+");
            if (words.length == 2 && words[1].matches("\\d{1,9}")) {
                images.put(words[0], Integer.parseInt(words[1]));
            } else if (!line.isBlank() && (words.length != 1 || !words[0].matches("\\d+"))) { // A count of lines.
                throw new ConfigurationException("%s: no identity with its count: %s".formatted(file, line.strip()));
            }
        }
        return new TrainingCounts(images);
    }

    boolean isEmpty() {
        return images.isEmpty();
    }

    Segment segment(String identity) {
        int count = images.getOrDefault(identity, 0);
        if (count >= HEAD_FROM) {
            return Segment.HEAD;
        }
        if (count >= MIDDLE_FROM) {
            return Segment.MIDDLE;
        }
        return count > 0 ? Segment.TAIL : Segment.UNSEEN;
    }
}
