package io.rangestream.learner.publish;

import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import java.time.Instant;
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
    private long newestEvent;
    private long reached;
    private boolean foreign;
    private boolean begun;

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
        newestEvent = Math.max(newestEvent, update.getEventNumber());
        lastEvent = Math.max(lastEvent, newestEvent);
        signed = isSigned;
    }

    /** Takes note of a number that a version had, whatever has happened to its event. */
    void reached(long version) {
        reached = Math.max(reached, version);
    }

    /** Takes note of what there was at a heartbeat. */
    void beaten(ModelHeartbeat heartbeat) {
        reached(heartbeat.getHighestVersion());
        newestEvent = Math.max(newestEvent, heartbeat.getEventNumber());
        lastEvent = Math.max(lastEvent, newestEvent);
        begun = true;
    }

    /** The version's event was deleted; its number is not given again. */
    void remove(long version) {
        versions.remove(version);
        taken.add(version);
    }

    /**
     * Keeps the number that a record names which counts for nothing, and may have been written over one that did, from being given again.
     *
     * @param unsigned whether no trusted key signed it
     */
    void passOver(long version, boolean unsigned) {
        taken.add(version);
        foreign |= unsigned;
    }

    /** @param end of the topic: as every event takes an offset of it, no event that was passed over has a higher number */
    void ends(long end) {
        lastEvent = taken.isEmpty() ? lastEvent : Math.max(lastEvent, end);
    }

    /** Events are counted on from here at least. */
    void countOnFrom(long event) {
        lastEvent = Math.max(lastEvent, event);
    }

    /** Whether there are records of versions and none that counts, not even a heartbeat. */
    public boolean isForeign() {
        return foreign && versions.isEmpty() && !begun;
    }

    /** As of now, for who follows. */
    ModelHeartbeat heartbeat(String model, Instant at) {
        long promoted = promoted().map(ModelUpdate::getVersion).orElse(0L);
        return new ModelHeartbeat(model, at, newestEvent, promoted, highestVersion());
    }

    /** The highest version ever made; 0 before the first. */
    public long highestVersion() {
        return Math.max(reached, versions.isEmpty() ? 0 : versions.lastKey());
    }

    /** The newest version, whatever its status. */
    public Optional<ModelUpdate> last() {
        return Optional.ofNullable(versions.lastEntry())
                .map(Map.Entry::getValue)
                .map(Entry::update);
    }

    /**
     * The number of the next version. It follows on the highest version ever made, and on those after it whose events were passed over; a
     * number beyond a gap counts for nothing.
     */
    public long nextVersion() {
        long next = highestVersion() + 1;
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

    /** The number from which events are counted on: no event has a higher one. */
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
