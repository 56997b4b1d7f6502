package io.rangestream.app.command;

import io.rangestream.app.correction.RetractionWatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** How long a command waits until what it ordered is done. */
final class WaitOptions {
    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "Seconds to wait until it is done (default: ${DEFAULT-VALUE}).")
    private int timeout = 120;

    @Option(names = "--no-wait", description = "End as soon as it is ordered.")
    private boolean noWait;

    boolean waits() {
        return !noWait;
    }

    Duration timeout() {
        return Duration.ofSeconds(timeout);
    }

    /** Waits until every sampler task has dealt with these retractions. */
    void requireTaken(RetractionWatch watch, List<Map<Integer, Long>> ordered) throws InterruptedException {
        requireDone(watch.await(ordered, timeout()).stream()
                .map(partition -> "the sampler task of partition " + partition)
                .toList());
    }

    /**
     * Refuses to call done what is not.
     *
     * @param missing who has not complied
     */
    void requireDone(List<String> missing) {
        if (!missing.isEmpty()) {
            throw new IllegalStateException("not done within %d s: %s; the order stands and is complied with later"
                    .formatted(timeout, String.join(", ", missing)));
        }
    }
}
