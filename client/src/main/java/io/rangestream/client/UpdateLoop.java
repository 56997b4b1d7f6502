package io.rangestream.client;

import io.rangestream.schemas.updates.VersionKey;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the follower's thread does: reads updates, and puts the promoted version into the slot. {@link #run} is for one
 * thread; {@link #stop} may be called from any.
 */
final class UpdateLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(UpdateLoop.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** A version that cannot be opened now is fetched again after ten minutes at the latest. */
    private static final Duration LONGEST_ATTEMPT = Duration.ofMinutes(10);

    private final Supplier<ModelLog> logs;
    private final ArtifactFetcher fetcher;
    private final ServingSlot slot;
    private final Opener opener;
    private final List<ModelListener> listeners;
    private final Duration fetchTimeout;
    private final Freshness freshness;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable ModelLog updates;
    private volatile @Nullable String failure;
    private Duration pause = SHORTEST_PAUSE;
    private @Nullable Attempt failed;
    private long warnedOf = -1;
    private boolean stale;

    /** Makes a version ready to serve. */
    interface Opener {
        /** @throws InvalidModelException if it cannot be served */
        ServedModel open(ModelVersion version, FetchedArtifact artifact);
    }

    /**
     * The promoted version that cannot be served, so that it is neither told nor tried at every turn.
     *
     * @param count attempts at it so far
     */
    private record Attempt(Refusal refusal, boolean retryable, long nanoTime, int count) {}

    UpdateLoop(
            Supplier<ModelLog> logs,
            ArtifactFetcher fetcher,
            ServingSlot slot,
            Opener opener,
            List<ModelListener> listeners,
            Duration fetchTimeout,
            Freshness freshness) {
        this.logs = logs;
        this.fetcher = fetcher;
        this.slot = slot;
        this.opener = opener;
        this.listeners = listeners;
        this.fetchTimeout = fetchTimeout;
        this.freshness = freshness;
    }

    @Override
    public void run() {
        while (!stopped()) {
            follow();
        }
    }

    /** Opens the log and follows it to the end. What keeps it from being opened, such as a broker's name that is not known yet, may pass. */
    private void follow() {
        try (ModelLog opened = logs.get()) {
            updates = opened;
            pause = SHORTEST_PAUSE;
            while (!stopped()) {
                turn(opened);
            }
        } catch (RuntimeException | Error e) {
            waitAfter(reason(e), e instanceof KafkaException ? null : e);
            pause = longer(pause);
        }
    }

    /** Kafka's client says of what only that it was not made. */
    private static String reason(Throwable failure) {
        if (!(failure instanceof KafkaException)) {
            return failure.toString();
        }
        Throwable cause = failure.getCause();
        return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
    }

    /** Whatever happens in it, the next turn begins where this one did: what serves goes on, and the failure is told. */
    private void turn(ModelLog opened) {
        try {
            opened.poll(POLL);
            opened.takeRefused().forEach(refusal -> tell(listener -> listener.onRefused(refusal)));
            // Not before everything is read: at the start of the log stand versions long superseded.
            if (opened.caughtUp()) {
                serve(opened);
            }
            failure = withheld();
            freshness.observe(opened.heartbeat(), opened.missing());
            tellAge();
        } catch (WakeupException | InterruptException e) {
            log.debug("woken up");
        } catch (KafkaException e) {
            waitAfter(String.valueOf(e.getMessage()), null);
        } catch (RuntimeException | Error e) {
            waitAfter(e.toString(), e);
        }
    }

    /** Why the newest version is not known at the moment, in one line; empty while the topic is read. May be called from any thread. */
    Optional<String> failure() {
        return Optional.ofNullable(failure).or(freshness::objection);
    }

    private void tellAge() {
        Optional<String> objection = freshness.objection();
        if (objection.isPresent() && !stale) {
            log.warn("{}", objection.get());
        } else if (objection.isEmpty() && stale) {
            log.info("the learner is heard again");
        }
        stale = objection.isPresent();
    }

    /** Ends {@link #run} within a moment. */
    void stop() {
        stopping.countDown();
        fetcher.close();
        ModelLog opened = updates;
        if (opened != null) {
            opened.stop();
        }
    }

    private void serve(ModelLog opened) {
        Optional<ModelVersion> serving = slot.current();
        Optional<ModelVersion> promoted = opened.promoted();
        if (promoted.isEmpty()) {
            serving.ifPresent(version -> warnThatNoneIsPromoted(version, opened));
        } else if (serving.filter(promoted.get()::sameArtifact).isPresent()) {
            failed = null; // What could not be served is not what is promoted any more.
        } else if (due(promoted.get())) {
            load(promoted.get());
        }
    }

    private void load(ModelVersion version) {
        Optional<ModelVersion> before = slot.current();
        if (!version.update().getArtifact().getFormat().equals("onnx")) {
            refuse(
                    version,
                    Check.MODEL,
                    "the artifact is not onnx but "
                            + version.update().getArtifact().getFormat(),
                    false);
            return;
        }
        try (FetchedArtifact artifact = fetcher.fetchToServe(version)) {
            if (!slot.swap(opener.open(version, artifact))) {
                return;
            }
        } catch (ArtifactException e) {
            refuse(version, e.failed(), String.valueOf(e.getMessage()), e.retryable());
            return;
        } catch (InvalidModelException e) {
            refuse(version, Check.MODEL, "the artifact " + e.getMessage(), e.isRetryable());
            return;
        } catch (IOException e) {
            log.debug("a temporary file stays: {}", e.getMessage());
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            // Whatever a foreign writer has put there, it must not end the service of the version before.
            refuse(version, Check.MODEL, "the artifact cannot be served: " + e, false);
            return;
        } catch (OutOfMemoryError e) {
            refuse(version, Check.MODEL, "the artifact does not fit into memory: " + e.getMessage(), true);
            return;
        }
        failed = null;
        log.info("version {} serves", version);
        tell(listener -> listener.onSwap(version));
        before.ifPresent(former -> tellOutdated(former, version));
    }

    private void tellOutdated(ModelVersion before, ModelVersion version) {
        var outdated = new LinkedHashSet<>(before.comparableSpaces());
        outdated.removeAll(version.comparableSpaces());
        if (!outdated.isEmpty()) {
            log.info("embeddings stored in {} cannot be compared with those of version {}", outdated, version);
            tell(listener -> listener.onOutdated(version, Collections.unmodifiableSet(outdated)));
        }
    }

    /** What came too late, or found too little memory or no file, is tried again: after as long as the wait for it was, then twice that, and so on. */
    private boolean due(ModelVersion version) {
        Attempt last = failed;
        if (last == null || last.refusal().offset() != version.offset()) {
            return true;
        }
        long first = Math.max(fetchTimeout.toNanos(), SHORTEST_PAUSE.toNanos());
        long interval = Math.min(first << Math.min(last.count() - 1, 10), Math.max(first, LONGEST_ATTEMPT.toNanos()));
        return last.retryable() && System.nanoTime() - last.nanoTime() > interval;
    }

    /** What is told while the promoted version does not serve. */
    private @Nullable String withheld() {
        Attempt last = failed;
        return last == null
                ? null
                : "version %s cannot be served%s: %s"
                        .formatted(
                                last.refusal()
                                        .version()
                                        .map(VersionKey::toString)
                                        .orElse(""),
                                last.retryable() ? " and is tried again" : "",
                                last.refusal().reason());
    }

    private void refuse(ModelVersion version, Check check, String reason, boolean retryable) {
        if (stopped()) {
            return;
        }
        Refusal next = Refusal.of(version, check, reason);
        Attempt before = failed;
        int attempts = before != null && before.refusal().equals(next) ? before.count() + 1 : 1;
        failed = new Attempt(next, retryable, System.nanoTime(), attempts);
        if (attempts > 1) {
            return;
        }
        log.warn("version {} is refused: {}", version, next.reason());
        tell(listener -> listener.onRefused(next));
    }

    private void warnThatNoneIsPromoted(ModelVersion serving, ModelLog opened) {
        if (warnedOf != serving.offset()) {
            warnedOf = serving.offset();
            String status = opened.find(serving.version())
                    .map(version -> version.status().toString())
                    .orElse("gone");
            log.warn("version {} is {} and no other is promoted: it goes on serving", serving, status);
        }
    }

    private void tell(Consumer<ModelListener> event) {
        for (ModelListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException | Error e) {
                log.warn("a listener failed", e);
            }
        }
    }

    private void waitAfter(String trouble, @Nullable Throwable unexpected) {
        String told = "model updates cannot be read, trying again: " + trouble;
        if (!told.equals(failure)) {
            failure = told;
            log.warn(told, unexpected);
        }
        try {
            if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                log.debug("stopped while waiting for the broker");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private boolean stopped() {
        return stopping.getCount() == 0 || Thread.currentThread().isInterrupted();
    }
}
