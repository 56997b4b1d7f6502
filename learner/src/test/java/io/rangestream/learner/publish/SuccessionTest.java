package io.rangestream.learner.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.StatusChange;
import io.rangestream.learner.TrustedRecords;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TrustedRecords.class)
class SuccessionTest {
    private static final Instant AT = Instant.parse("2026-02-03T04:05:06.789Z");

    private final VersionHistory history = new VersionHistory();
    private final Succession succession = new Succession(history, "order-1", AT);

    @Test
    void aPromotedVersionSupersedesTheOneBeforeAndOlderCandidatesOnly() {
        given(
                ModelStatus.CANDIDATE,
                ModelStatus.PROMOTED,
                ModelStatus.REJECTED,
                ModelStatus.CANDIDATE,
                ModelStatus.CANDIDATE);

        succession.promote(4, "better", 0);

        assertEquals(
                List.of(
                        "4 PROMOTED better",
                        "1 SUPERSEDED version 4 was promoted",
                        "2 SUPERSEDED version 4 was promoted"),
                succession.changed().stream().map(SuccessionTest::text).toList());
        assertEquals(2, history.promoted().orElseThrow().getVersion(), "the history is left as it is");
    }

    @Test
    void aRollBackIsNotASuccession() {
        given(ModelStatus.SUPERSEDED, ModelStatus.PROMOTED);

        succession.promote(1, "worse at night", 2);

        assertEquals(
                List.of("1 PROMOTED worse at night", "2 ROLLED_BACK worse at night"),
                succession.changed().stream().map(SuccessionTest::text).toList());
    }

    @Test
    void everyPromotedVersionOfAnOlderReleaseMakesRoom() {
        given(ModelStatus.PROMOTED, ModelStatus.PROMOTED, ModelStatus.PROMOTED);

        succession.makeRoomFor(4);

        assertEquals(3, succession.changed().size());
        assertEquals(List.of(), promoted(succession.changed()));
    }

    @Test
    void aChangeKeepsWhatTheVersionWas() {
        given(ModelStatus.SUPERSEDED, ModelStatus.PROMOTED);

        succession.promote(1, "worse at night", 2);

        ModelUpdate changed = succession.changed().get(1);
        assertEquals("order-1", changed.getOrderId());
        assertEquals(AT, changed.getChangedAt());
        assertEquals(
                List.of(new StatusChange(ModelStatus.PROMOTED, "as made", "", changed.getCreatedAt())),
                changed.getEarlierStatuses());

        succession.changed().forEach(history::add);
        var again = new Succession(history, "order-2", AT.plusSeconds(1));
        again.promote(2, "it was the camera", 0);

        assertEquals(
                new StatusChange(ModelStatus.ROLLED_BACK, "worse at night", "order-1", AT),
                again.changed().get(0).getEarlierStatuses().get(1));
    }

    @Test
    void theNewestVersionSaysWhereTrainingGoesOn() {
        given(ModelStatus.SUPERSEDED, ModelStatus.PROMOTED, ModelStatus.REJECTED);

        succession.promote(1, "worse", 2);
        succession.continueFrom(1);

        ModelUpdate newest = succession.changed().get(2);
        assertEquals(3, newest.getVersion());
        assertEquals(ModelStatus.REJECTED, newest.getStatus());
        assertEquals(1, newest.getContinuation().getVersion());
        assertEquals("order-1", newest.getContinuation().getOrderId());
    }

    @Test
    void theNewestThePromotedAndTheOneResumedFromStay() {
        given(
                ModelStatus.SUPERSEDED,
                ModelStatus.PROMOTED,
                ModelStatus.REJECTED,
                ModelStatus.REJECTED,
                ModelStatus.REJECTED);
        ModelUpdate branch = ModelUpdate.newBuilder(Versions.version(6, ModelStatus.REJECTED, "", 1))
                .setParentVersion(3)
                .build();

        succession.retain(branch, 2, 2);

        assertEquals(List.of(1L, 4L), retired());
        assertEquals(
                List.of(true, true),
                succession.changed().stream()
                        .map(update -> update.getArtifact().getPruned())
                        .toList());
    }

    @Test
    void aBranchPointStaysAsLongAsAVersionThatBranchedOffThere() {
        // Given the fourth version, which branched off at the first
        given(ModelStatus.SUPERSEDED, ModelStatus.ROLLED_BACK, ModelStatus.ROLLED_BACK);
        history.add(ModelUpdate.newBuilder(Versions.version(4, ModelStatus.REJECTED, "", 1))
                .setParentVersion(1)
                .build());

        // When the fifth comes, the fourth stays, and when the sixth comes, it goes
        assertEquals(List.of(2L, 3L), retiredBy(5, 0));
        assertEquals(List.of(1L, 4L), retiredBy(6, 0));
    }

    @Test
    void theBranchPointOfThePromotedVersionStaysWithIt() {
        given(ModelStatus.SUPERSEDED, ModelStatus.ROLLED_BACK);
        history.add(ModelUpdate.newBuilder(Versions.version(3, ModelStatus.PROMOTED, "", 1))
                .setParentVersion(1)
                .build());
        history.add(continuing(4));
        history.add(continuing(5));

        assertEquals(List.of(2L, 4L), retiredBy(6, 3));
    }

    @Test
    void whoLowersTheNumberThatStaysPrunesAllThatAreOlder() {
        given(
                ModelStatus.PROMOTED,
                ModelStatus.REJECTED,
                ModelStatus.REJECTED,
                ModelStatus.REJECTED,
                ModelStatus.REJECTED);

        succession.retain(continuing(6), 1, 2);

        assertEquals(List.of(2L, 3L, 4L), retired());
    }

    @Test
    void whatHasLeftRetentionIsNotPrunedAgain() {
        given(ModelStatus.SUPERSEDED, ModelStatus.PROMOTED);
        ModelUpdate third = Versions.version(3, ModelStatus.PROMOTED, "", 1);
        succession.makeRoomFor(3);
        succession.retain(third, 3, 1);
        assertEquals(List.of(1L, 2L), retired());
        history.add(third);
        succession.changed().forEach(history::add);

        var next = new Succession(history, "", AT);
        next.retain(Versions.version(4, ModelStatus.REJECTED, "", 1), 3, 1);

        assertEquals(List.of(), next.retired());
        assertEquals(List.of(), next.changed());
    }

    private static ModelUpdate continuing(long version) {
        return ModelUpdate.newBuilder(Versions.version(version, ModelStatus.REJECTED, "", 1))
                .setParentVersion(version - 1)
                .build();
    }

    /** What goes when a version comes and two stay; the history is kept up to date. */
    private List<Long> retiredBy(long version, long promoted) {
        var next = new Succession(history, "", AT);
        next.retain(continuing(version), promoted, 2);
        history.add(continuing(version));
        next.changed().forEach(history::add);
        return next.retired().stream().map(ModelUpdate::getVersion).toList();
    }

    private List<Long> retired() {
        return succession.retired().stream().map(ModelUpdate::getVersion).toList();
    }

    private void given(ModelStatus... statuses) {
        for (int i = 0; i < statuses.length; i++) {
            history.add(ModelUpdate.newBuilder(Versions.version(i + 1, statuses[i], "", 1))
                    .setReason("as made")
                    .build());
        }
    }

    private static List<Long> promoted(List<ModelUpdate> updates) {
        return updates.stream()
                .filter(update -> update.getStatus() == ModelStatus.PROMOTED)
                .map(ModelUpdate::getVersion)
                .toList();
    }

    private static String text(ModelUpdate update) {
        return update.getVersion() + " " + update.getStatus() + " " + update.getReason();
    }
}
