package io.rangestream.learner.records;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts records that are passed over because they do not belong on their topic. The first one is told at once, then how many there were, at most once a minute:
 * a flood of records is no flood of lines. One thread counts, any may look.
 */
public final class PassedOver {
    private static final Logger log = LoggerFactory.getLogger(PassedOver.class);
    private static final long NANOS_BETWEEN_WARNINGS = Duration.ofMinutes(1).toNanos();

    private final String topic;
    private volatile long count;
    private long lastWarning;

    public PassedOver(String topic) {
        this.topic = topic;
    }

    /**
     * Counts a record.
     *
     * @param why in one line
     */
    public void add(long offset, String why) {
        long now = System.nanoTime();
        long sum = count + 1;
        count = sum;
        if (sum == 1 || now - lastWarning >= NANOS_BETWEEN_WARNINGS) {
            log.warn("{} offset {} is passed over: {}; {} passed over so far", topic, offset, why, sum);
            lastWarning = now;
        }
    }

    /** Records passed over. */
    public long count() {
        return count;
    }
}
