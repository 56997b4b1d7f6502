package io.rangestream.learner.records;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;

/**
 * Which sampler tasks there are: one for each partition of {@code faces}. Where that cannot be found out, as the learner may not describe
 * the topic, any may exist. Not thread-safe.
 */
public final class SamplerTasks implements Predicate<String> {
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

    /** @param task as {@code 0_3} */
    @Override
    public boolean test(String task) {
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
