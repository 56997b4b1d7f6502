package io.rangestream.learner.records;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;

/**
 * Which sampler tasks there are: one for each partition of {@code faces}. Where that cannot be found out, as the learner may not describe
 * the topic, any may exist. Not thread-safe.
 */
public final class SamplerTasks implements Predicate<String> {
    /** The sampler has one subtopology, 0. */
    private static final Pattern NAME = Pattern.compile("0_(?:0|[1-9][0-9]{0,8})");

    private static final long NANOS_BETWEEN_LOOKS = Duration.ofSeconds(1).toNanos();
    private static final int UNKNOWN = -1;

    private final Supplier<Optional<Integer>> partitions;
    private int known = UNKNOWN;
    private boolean looked;
    private long lastLook;

    /** @param partitions looks how many partitions faces has */
    public SamplerTasks(Supplier<Optional<Integer>> partitions) {
        this.partitions = partitions;
    }

    /** Whether a text is written as the name of a sampler task: {@code 0_} and a partition. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** @param task as {@code 0_3} */
    @Override
    public boolean test(String task) {
        if (!isName(task)) {
            return false;
        }
        int partition = Integer.parseInt(task.substring(task.indexOf('_') + 1));
        long now = System.nanoTime();
        if (partition >= known && (!looked || now - lastLook >= NANOS_BETWEEN_LOOKS)) {
            looked = true;
            lastLook = now;
            known = look();
        }
        return known == UNKNOWN || partition < known;
    }

    private int look() {
        try {
            return partitions.get().orElse(UNKNOWN);
        } catch (KafkaException e) {
            return UNKNOWN;
        }
    }
}
