package io.rangestream.learner.publish;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.Continuation;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.StatusChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the events of all versions have to say after something was published or ordered. The one place where a version's status
 * changes: however changes are combined, at most one version is PROMOTED. Begun on a history, which it leaves as it is. Not thread-safe.
 *
 * <p>Events come out in the order in which the changes were asked for, to be published in that order and in one transaction: the
 * promotion first, so that a reader who sees only some of them yet never sees a model without a promoted version.
 */
public final class Succession {
    private final VersionHistory history;
    private final String orderId;
    private final Instant at;
    private final Map<Long, ModelUpdate> changed = new LinkedHashMap<>();
    private final List<ModelUpdate> retired = new ArrayList<>();

    /**
     * @param orderId the operator's order behind the changes; empty if there is none
     * @param at when it happens
     */
    public Succession(VersionHistory history, String orderId, Instant at) {
        this.history = history;
        this.orderId = orderId;
        this.at = at;
    }

    /**
     * What the next version means for those of the history.
     *
     * @param retain versions whose weights stay for being the newest
     */
    public static Succession ofPublishing(VersionHistory history, ModelUpdate next, int retain) {
        var others = new Succession(history, "", next.getCreatedAt());
        boolean promoted = next.getStatus() == ModelStatus.PROMOTED;
        if (promoted) {
            others.makeRoomFor(next.getVersion());
        }
        long served = promoted
                ? next.getVersion()
                : history.promoted().map(ModelUpdate::getVersion).orElse(0L);
        others.retain(next, served, retain);
        return others;
    }

    /**
     * Promotes a version of the history, and lets the others make room for it.
     *
     * @param rolledBack the version that is rolled back by this, and not superseded; 0 if none is
     */
    public void promote(long version, String reason, long rolledBack) {
        change(version, ModelStatus.PROMOTED, reason);
        if (rolledBack != 0) {
            change(rolledBack, ModelStatus.ROLLED_BACK, reason);
        }
        makeRoomFor(version);
    }

    /** Whoever else is promoted is superseded, and so is a candidate older than the promoted version. */
    public void makeRoomFor(long promoted) {
        for (ModelUpdate other : history.all()) {
            ModelStatus status = latest(other).getStatus();
            boolean older = other.getVersion() < promoted;
            if (other.getVersion() != promoted
                    && (status == ModelStatus.PROMOTED || (status == ModelStatus.CANDIDATE && older))) {
                change(other.getVersion(), ModelStatus.SUPERSEDED, "version %d was promoted".formatted(promoted));
            }
        }
    }

    /** Publishes the present event of a version once more. */
    public void repeat(long version) {
        put(latest(history.find(version).orElseThrow()));
    }

    /** Has the next version continue the training state of another version than the newest. */
    public void continueFrom(long version) {
        history.last()
                .ifPresent(last -> put(ModelUpdate.newBuilder(latest(last))
                        .setContinuation(new Continuation(version, orderId))
                        .build()));
    }

    /**
     * Lets versions leave retention that are not among the newest, neither promoted nor what training was resumed from for one that stays.
     *
     * @param newest the newest version, which need not be of the history yet
     * @param promoted the promoted version; 0 if there is none
     * @param count versions that stay for being the newest
     */
    public void retain(ModelUpdate newest, long promoted, int count) {
        long oldest = newest.getVersion() - count + 1;
        Set<Long> branchPoints = Stream.concat(history.all().stream(), Stream.of(newest))
                .filter(version -> version.getVersion() >= oldest || version.getVersion() == promoted)
                .filter(version -> version.getParentVersion() < version.getVersion() - 1)
                .map(ModelUpdate::getParentVersion)
                .collect(Collectors.toSet());
        for (ModelUpdate version : history.all()) {
            long number = version.getVersion();
            if (number < oldest
                    && number != promoted
                    && !branchPoints.contains(number)
                    && !version.getArtifact().getPruned()) {
                retired.add(version);
                put(ModelUpdate.newBuilder(latest(version))
                        .setArtifact(Artifact.newBuilder(version.getArtifact())
                                .setPruned(true)
                                .build())
                        .build());
            }
        }
    }

    /** Events of the versions that changed. */
    public List<ModelUpdate> changed() {
        return List.copyOf(changed.values());
    }

    /** Versions whose chunks are to go. */
    public List<ModelUpdate> retired() {
        return List.copyOf(retired);
    }

    private void change(long version, ModelStatus status, String reason) {
        ModelUpdate before = latest(history.find(version).orElseThrow());
        var statuses = new ArrayList<>(before.getEarlierStatuses());
        Instant since = Optional.ofNullable(before.getChangedAt()).orElse(before.getCreatedAt());
        statuses.add(new StatusChange(before.getStatus(), before.getReason(), before.getOrderId(), since));
        put(ModelUpdate.newBuilder(before)
                .setStatus(status)
                .setReason(reason)
                .setOrderId(orderId)
                .setChangedAt(at)
                .setEarlierStatuses(statuses)
                .build());
    }

    private void put(ModelUpdate update) {
        changed.put(update.getVersion(), update);
    }

    private ModelUpdate latest(ModelUpdate version) {
        return changed.getOrDefault(version.getVersion(), version);
    }
}
