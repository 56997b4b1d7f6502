package io.rangestream.app.local;

import io.rangestream.learner.Learner;
import io.rangestream.sampler.Sampler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Sees to it that roles in one process end together: when one has failed, or nothing moves any more. Not thread-safe. */
public final class TrainingWatch {
    private static final Duration STALLED_AFTER = Duration.ofMinutes(3);

    private final Learner learner;
    private final Optional<Sampler> sampler;
    private final CompletableFuture<?> feeding;
    private long lastMoved = -1;
    private long lastChange = System.nanoTime();

    /** @param feeding what sends the faces or batches */
    public TrainingWatch(Learner learner, Optional<Sampler> sampler, CompletableFuture<?> feeding) {
        this.learner = learner;
        this.sampler = sampler;
        this.feeding = feeding;
    }

    /** Runs work on a daemon thread, as one that feeds roles does not keep the process alive. */
    public static void ownThread(Runnable work) {
        var thread = new Thread(work, "rangestream-feed");
        thread.setDaemon(true);
        thread.start();
    }

    /** @throws RuntimeException in one line, if a role has failed or nothing has moved for minutes */
    public void look() {
        learner.failure().ifPresent(failure -> {
            throw new IllegalStateException("the learner ended: " + failure.getMessage(), failure);
        });
        sampler.flatMap(Sampler::failure).ifPresent(failure -> {
            throw new IllegalStateException("the sampler ended: " + failure);
        });
        requireFeeding();
        requireMovement();
    }

    private void requireFeeding() {
        if (feeding.isCompletedExceptionally()) {
            try {
                feeding.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
    }

    private void requireMovement() {
        var trained = learner.status();
        long moved = trained.batches() + trained.version();
        if (sampler.isPresent()) {
            var drawn = sampler.get().status();
            moved += drawn.batches() + drawn.accepted();
        }
        long now = System.nanoTime();
        if (moved != lastMoved) {
            lastMoved = moved;
            lastChange = now;
        } else if (now - lastChange > STALLED_AFTER.toNanos()) {
            throw new IllegalStateException("nothing has moved for %d s: sampler %s, learner %s"
                    .formatted(
                            STALLED_AFTER.toSeconds(),
                            sampler.map(s -> s.status().state().toString()).orElse("none"),
                            trained.state()));
        }
    }
}
