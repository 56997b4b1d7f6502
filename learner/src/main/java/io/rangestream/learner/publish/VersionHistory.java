package io.rangestream.learner.publish;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The published versions of a model, each as its latest event says. Not thread-safe. */
public final class VersionHistory {
    private final TreeMap<Long, Entry> versions = new TreeMap<>();
    private final Set<Long> taken = new HashSet<>();
    private long events;
    private boolean signed;
    private long lastEvent;

    /** @param order which event it was: of two, the later one has the higher number */
    private record Entry(ModelUpdate update, long order) {}

    /** No version yet. */
    public VersionHistory() {}

    /** Takes in an event just published: a new version, or a change of one. */
    public void add(ModelUpdate update) {
        add(update, signed);
    }

    void add(ModelUpdate update, boolean isSigned) {
        versions.put(update.getVersion(), new Entry(update, events++));
        lastEvent = Math.max(lastEvent, update.getEventNumber());
        signed = isSigned;
    }

    /**
     * Keeps the numbers of what was passed over, which may be a version of this model, from being given again.
     *
     * @param passedOver versions that records name which were passed over
     * @param end of the topic: as every event takes an offset of it, no event that was passed over has a higher number
     */
    void passedOver(Set<Long> passedOver, long end) {
        taken.addAll(passedOver);
        lastEvent = passedOver.isEmpty() ? lastEvent : Math.max(lastEvent, end);
    }

    /** The newest version, whatever its status. */
    public Optional<ModelUpdate> last() {
        return Optional.ofNullable(versions.lastEntry())
                .map(Map.Entry::getValue)
                .map(Entry::update);
    }

    /**
     * The number of the next version. It follows on the newest version, and on those after it whose events were passed over; a number
     * beyond a gap counts for nothing.
     */
    public long nextVersion() {
        long next = versions.isEmpty() ? 1 : versions.lastKey() + 1;
        while (taken.contains(next)) {
            next++;
        }
        return next;
    }

    /**
     * The promoted version. Releases before 0.2 left the ones before it PROMOTED as well: then it is the one promoted last, as it is
     * for those who follow the topic.
     */
    public Optional<ModelUpdate> promoted() {
        return versions.values().stream()
                .filter(entry -> entry.update().getStatus() == ModelStatus.PROMOTED)
                .max(Comparator.comparingLong(Entry::order))
                .map(Entry::update);
    }

    /** The versions that wait for an operator and still have weights, so that they may be promoted. */
    public Set<Long> candidates() {
        return versions.values().stream()
                .map(Entry::update)
                .filter(update -> update.getStatus() == ModelStatus.CANDIDATE)
                .filter(update -> !update.getArtifact().getPruned())
                .map(ModelUpdate::getVersion)
                .collect(Collectors.toSet());
    }

    /** The highest number of an event; 0 before the first. */
    public long lastEvent() {
        return lastEvent;
    }

    /** A version. */
    public Optional<ModelUpdate> find(long version) {
        return Optional.ofNullable(versions.get(version)).map(Entry::update);
    }

    /** Whether the last event that was read is signed. */
    public boolean isSigned() {
        return signed;
    }

    /** Every version, the oldest first. */
    public List<ModelUpdate> all() {
        return versions.values().stream().map(Entry::update).toList();
    }
}
