package io.rangestream.app.correction;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.topology.Changelogs;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.identity.InvalidNameException;
import io.rangestream.schemas.identity.NameRule;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Everybody of whom the sampler keeps a face, as its changelog of identities and the holdout say. */
public final class KeptIdentities {
    private KeptIdentities() {}

    /**
     * What there is of an identity, on all tasks together.
     *
     * @param seen distinct training faces that arrived
     * @param kept training faces in the buffers
     * @param heldOut faces in the holdout
     */
    public record Counts(long seen, long kept, long heldOut) {
        private Counts plus(Counts other) {
            return new Counts(seen + other.seen, kept + other.kept, heldOut + other.heldOut);
        }
    }

    /** A key of one task. */
    private record Place(int partition, ByteBuffer key) {}

    /** Reads both topics to their present ends. */
    public static SortedMap<String, Counts> read(CommonConfig common, SamplerConfig config) {
        SortedMap<String, Counts> people = new TreeMap<>();
        Map<Place, Changelogs.Buffered> buffered = new HashMap<>();
        try (var scan = new TopicScan(common, Changelogs.identities(common, config))) {
            scan.read(scan.ends(), record -> {
                var place = new Place(record.partition(), ByteBuffer.wrap(record.key()));
                if (record.value() == null) {
                    buffered.remove(place);
                } else {
                    buffered.put(place, Changelogs.buffered(record.value()));
                }
            });
        }
        buffered.forEach((place, counts) -> {
            if (counts.kept() > 0) {
                count(people, place.key().array(), new Counts(counts.seen(), counts.kept(), 0));
            }
        });
        Set<ByteBuffer> heldOut = new HashSet<>();
        try (var scan = new TopicScan(common, common.topics().facesHoldout())) {
            scan.read(scan.ends(), record -> {
                if (record.key() != null && record.value() != null) {
                    heldOut.add(ByteBuffer.wrap(record.key()));
                } else if (record.key() != null) {
                    heldOut.remove(ByteBuffer.wrap(record.key()));
                }
            });
        }
        heldOut.forEach(key -> count(people, KeptFaces.identityOfHoldout(key.array()), new Counts(0, 0, 1)));
        return people;
    }

    /** What is no name, a foreign writer's record for instance, is nobody. */
    private static void count(Map<String, Counts> people, byte @Nullable [] name, Counts counts) {
        if (name == null) {
            return;
        }
        try {
            people.merge(NameRule.IDENTITY.normalise(name), counts, Counts::plus);
        } catch (InvalidNameException e) {
            return;
        }
    }
}
