package io.rangestream.sampler;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the sampler is stuck, which Streams shows by nothing while it tries again: a topic is missing, the broker does not answer,
 * or faces are unread and nothing is committed for too long. Time in which the sampler is paused or restores does not
 * count. Not thread-safe but for {@link #stuck()}.
 */
final class Progress {
    private static final Logger log = LoggerFactory.getLogger(Progress.class);

    private final Application application;
    private final Input input;
    private final List<String> topicsFromTheStart;
    private final List<String> topics;
    private final Duration limit;
    private final Duration between;
    private final InstantSource clock;
    private final Map<Integer, Stall> stalls = new TreeMap<>();
    private @Nullable Instant lastLook;
    private @Nullable Instant silentSince;
    private boolean hadPartitions;
    private volatile @Nullable String stuck;

    /** What is watched. */
    interface Application {
        /** Whether it takes in faces at this moment: neither paused nor restoring. */
        boolean works();

        /** Faces partitions that are its own. */
        Set<Integer> partitions();
    }

    /**
     * How far a partition is read.
     *
     * @param next committed offset, or the first one there is
     * @param end where committed records end
     */
    record Position(long next, long end) {}

    /** Asks the broker. */
    interface Input {
        Map<Integer, Position> positions(Set<Integer> partitions);

        /** Whether there is a record at or after an offset, and not only the markers of transactions. */
        boolean holdsRecords(int partition, long offset);

        /** Those of the topics that do not exist. */
        List<String> missing(Collection<String> topics);
    }

    private record Stall(long next, Duration lasting) {}

    /**
     * @param topicsFromTheStart those without which the sampler cannot work
     * @param changelogs those that are there once it has had a partition
     * @param limit how long nothing may be committed
     */
    Progress(
            Application application,
            Input input,
            List<String> topicsFromTheStart,
            List<String> changelogs,
            Duration limit,
            InstantSource clock) {
        this.application = application;
        this.input = input;
        this.topicsFromTheStart = List.copyOf(topicsFromTheStart);
        this.topics =
                Stream.concat(topicsFromTheStart.stream(), changelogs.stream()).toList();
        this.limit = limit;
        this.between = limit.dividedBy(10);
        this.clock = clock;
    }

    /** Looks, if it is time to; to be called often. */
    void tick() {
        Instant now = clock.instant();
        Duration since = lastLook == null ? Duration.ZERO : Duration.between(lastLook, now);
        if (lastLook != null && since.compareTo(between) < 0) {
            return;
        }
        lastLook = now;
        try {
            say(look(since.compareTo(limit) > 0 ? between : since));
            silentSince = null;
        } catch (KafkaException e) {
            silentSince = silentSince == null ? now : silentSince;
            if (!now.isBefore(silentSince.plus(limit))) {
                say("Kafka has not answered since %s: %s".formatted(silentSince, e.getMessage()));
            }
        }
    }

    /** What the sampler is stuck at, in one line; empty if it is not. For any thread. */
    Optional<String> stuck() {
        return Optional.ofNullable(stuck);
    }

    private @Nullable String look(Duration since) {
        Set<Integer> partitions = application.partitions();
        stalls.keySet().retainAll(partitions);
        hadPartitions |= !partitions.isEmpty();
        List<String> missing = input.missing(hadPartitions ? topics : topicsFromTheStart);
        if (!missing.isEmpty()) {
            return "missing topics: " + String.join(", ", missing);
        }
        if (partitions.isEmpty()) {
            return null;
        }
        return input.positions(partitions).entrySet().stream()
                .map(entry -> stalled(entry.getKey(), entry.getValue(), since))
                .flatMap(Optional::stream)
                .reduce((first, other) -> first)
                .orElse(null);
    }

    private Optional<String> stalled(int partition, Position position, Duration since) {
        Stall before = stalls.get(partition);
        if (before == null || before.next() != position.next() || position.end() <= position.next()) {
            stalls.put(partition, new Stall(position.next(), Duration.ZERO));
            return Optional.empty();
        }
        var stall = new Stall(
                position.next(), application.works() ? before.lasting().plus(since) : before.lasting());
        stalls.put(partition, stall);
        if (stall.lasting().compareTo(limit) < 0 || !input.holdsRecords(partition, position.next())) {
            return Optional.empty();
        }
        return Optional.of("faces partition %d is unread from offset %d on, and nothing was committed for %d s"
                .formatted(partition, position.next(), stall.lasting().toSeconds()));
    }

    private void say(@Nullable String line) {
        if (line != null && stuck == null) {
            log.warn("the sampler is stuck: {}", line);
        } else if (line == null && stuck != null) {
            log.info("the sampler goes on");
        }
        stuck = line;
    }
}
