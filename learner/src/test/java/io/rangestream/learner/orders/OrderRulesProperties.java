package io.rangestream.learner.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.OrderKind;
import io.rangestream.learner.publish.Succession;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.publish.Versions;
import io.rangestream.schemas.wire.RecordCodec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What holds of the versions however they are made and ordered about. */
class OrderRulesProperties {
    private static final Instant AT = Instant.parse("2026-02-03T04:05:06.789Z");

    private final OrderRules rules = new OrderRules(version -> Optional.empty(), Optional.empty());

    /** Avro builds only records of classes that a codec has named to it. */
    @BeforeContainer
    static void trustRecords() {
        assertFalse(new RecordCodec(List.of(), fingerprint -> Optional.empty())
                .toString()
                .isEmpty());
    }

    /** Versions are made and orders given in any sequence; each number says which, and with what. */
    @Property(tries = 300)
    void atMostOneVersionIsPromotedAndNoneIsLost(
            @ForAll @Size(max = 40) List<@IntRange(max = 7 * 8 * 8 - 1) Integer> events) {
        var versions = new VersionHistory();
        for (int event : events) {
            long first = 1 + event / 7 % 8;
            long second = event / 56;
            switch (event % 7) {
                case 0 -> make(versions, ModelStatus.PROMOTED);
                case 1 -> make(versions, ModelStatus.REJECTED);
                case 2 -> make(versions, ModelStatus.CANDIDATE);
                case 3 -> settle(versions, order(OrderKind.PROMOTE, first, promotedOf(versions), 0));
                case 4 -> settle(versions, order(OrderKind.ROLL_BACK, first, promotedOf(versions), second));
                case 5 -> settle(versions, order(OrderKind.PROMOTE, first, second, 0));
                default -> settle(versions, order(OrderKind.ROLL_BACK, first, second, 0));
            }
            long promoted = versions.all().stream()
                    .filter(version -> version.getStatus() == ModelStatus.PROMOTED)
                    .count();
            assertTrue(promoted <= 1, "promoted: " + promoted);
            assertEquals(
                    LongStream.rangeClosed(1, versions.all().size()).boxed().toList(),
                    versions.all().stream().map(ModelUpdate::getVersion).toList());
            assertFalse(
                    versions.all().stream()
                            .anyMatch(version -> version.getStatus() == ModelStatus.CANDIDATE
                                    && version.getVersion() < promotedOf(versions)),
                    "a candidate waits behind the promoted version");
        }
    }

    private static long promotedOf(VersionHistory versions) {
        return versions.promoted().map(ModelUpdate::getVersion).orElse(0L);
    }

    /** As the session does it. */
    private static void make(VersionHistory versions, ModelStatus status) {
        ModelUpdate next = Versions.version(versions.all().size() + 1, status, "", 1);
        Succession others = Succession.ofPublishing(versions, next, 4);
        versions.add(next);
        others.changed().forEach(versions::add);
        assertFalse(versions.promoted()
                .map(version -> version.getArtifact().getPruned())
                .orElse(false));
    }

    private void settle(VersionHistory versions, ModelOrder order) {
        rules.decide(order, versions, AT).succession().changed().forEach(versions::add);
    }

    private static ModelOrder order(OrderKind kind, long version, long expected, long resumeFrom) {
        return new ModelOrder("face", "order-7", kind, version, expected, "because", resumeFrom, AT, "", 0L);
    }
}
