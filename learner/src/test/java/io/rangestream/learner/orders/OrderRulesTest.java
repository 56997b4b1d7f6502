package io.rangestream.learner.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.OrderKind;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.publish.Versions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TrustedRecords.class)
class OrderRulesTest {
    private static final Instant AT = Instant.parse("2026-02-03T04:05:06.789Z");

    private final VersionHistory history = new VersionHistory();
    private final OrderRules rules = new OrderRules(
            version -> version.getVersion() == 2 ? Optional.of("version 2 is in no store") : Optional.empty(),
            Optional.of((task, sequence) ->
                    task.equals("0_1") && sequence == 7 ? Optional.empty() : Optional.of("task does not wait")));

    @Test
    void aRejectedVersionIsPromotedWithTheOperatorsReason() {
        given(ModelStatus.PROMOTED, ModelStatus.REJECTED);

        var decision = settle(promote(2, 1));

        assertTrue(decision.applied());
        assertEquals("version 2 is promoted, version 1 is superseded", decision.message());
        ModelUpdate promoted = history.promoted().orElseThrow();
        assertEquals(2, promoted.getVersion());
        assertEquals("because", promoted.getReason());
        assertEquals("order-7", promoted.getOrderId());
        assertEquals(ModelStatus.SUPERSEDED, status(1));
    }

    @Test
    void trainingGoesOnWhereItWaitsAndNoVersionChanges() {
        given(ModelStatus.PROMOTED);

        var decision = rules.decide(goOn("0_1", 7), history, AT);

        assertTrue(decision.applied());
        assertTrue(decision.succession().changed().isEmpty());
        assertEquals(
                "task does not wait", rules.decide(goOn("0_1", 8), history, AT).message());
    }

    @Test
    void whoDoesNotTrainLeavesThatToWhoDoes() {
        var elsewhere = new OrderRules(version -> Optional.empty(), Optional.empty());

        assertFalse(elsewhere.mayDecide(goOn("0_1", 7)));
        assertTrue(elsewhere.mayDecide(promote(2, 1)));
    }

    private static ModelOrder goOn(String task, long sequence) {
        return ModelOrder.newBuilder(order(OrderKind.GO_ON, 0, 0, 0))
                .setTask(task)
                .setSequence(sequence)
                .build();
    }

    @Test
    void theFirstVersionIsPromotedWhereNoneIs() {
        given(ModelStatus.CANDIDATE);

        assertEquals("version 1 is promoted", settle(promote(1, 0)).message());
        assertEquals(1, history.promoted().orElseThrow().getVersion());
    }

    @Test
    void aRollBackPromotesTheOlderVersionAndLeavesTheOnesBetween() {
        given(ModelStatus.SUPERSEDED, ModelStatus.SUPERSEDED, ModelStatus.PROMOTED, ModelStatus.REJECTED);

        var decision = settle(rollBack(1, 3, 0));

        assertEquals("version 1 is promoted, version 3 is rolled back", decision.message());
        assertEquals(
                List.of(ModelStatus.PROMOTED, ModelStatus.SUPERSEDED, ModelStatus.ROLLED_BACK, ModelStatus.REJECTED),
                history.all().stream().map(ModelUpdate::getStatus).toList());
        assertEquals(null, history.last().orElseThrow().getContinuation());
    }

    @Test
    void aRollBackMayHaveTrainingResume() {
        given(ModelStatus.SUPERSEDED, ModelStatus.SUPERSEDED, ModelStatus.PROMOTED, ModelStatus.REJECTED);

        var decision = settle(rollBack(1, 3, 1));

        assertEquals(
                "version 1 is promoted, version 3 is rolled back; the next version continues from version 1",
                decision.message());
        assertEquals(1, history.last().orElseThrow().getContinuation().getVersion());
        assertEquals(4, history.last().orElseThrow().getVersion());
    }

    @Test
    void whatDoesNotFitIsRefusedInOneLineAndChangesNothing() {
        given(ModelStatus.SUPERSEDED, ModelStatus.SUPERSEDED, ModelStatus.PROMOTED, ModelStatus.CANDIDATE);
        history.add(ModelUpdate.newBuilder(history.find(1).orElseThrow())
                .setArtifact(Artifact.newBuilder(history.find(1).orElseThrow().getArtifact())
                        .setPruned(true)
                        .build())
                .build());

        assertRefused("version 3 is promoted, 2 was expected", promote(4, 2));
        assertRefused("version 3 is promoted, none was expected", promote(4, 0));
        assertRefused("there is no version 9", promote(9, 3));
        assertRefused("version 3 is promoted already", promote(3, 3));
        assertRefused("version 2 is older than version 3, which is promoted: that is a roll-back", promote(2, 3));
        assertRefused("version 3 is promoted, and version 4 is no older one to roll back to", rollBack(4, 3, 0));
        assertRefused("the weights of version 1 have left retention (models.retain)", rollBack(1, 3, 0));
        assertRefused("version 2 is in no store", rollBack(2, 3, 2));
        assertRefused("there is no version 8 to resume from", rollBack(2, 3, 8));
        assertRefused("this release does not know what is ordered", order(OrderKind.UNKNOWN, 2, 3, 0));
        assertRefused(
                "training is resumed from another version by a roll-back only", order(OrderKind.PROMOTE, 4, 3, 3));
    }

    @Test
    void whereNothingIsPromotedThereIsNothingToRollBackFrom() {
        given(ModelStatus.REJECTED);

        assertRefused("no version is promoted, and version 1 is no older one to roll back to", rollBack(1, 0, 0));
    }

    private OrderRules.Decision settle(ModelOrder order) {
        OrderRules.Decision decision = rules.decide(order, history, AT);
        decision.succession().changed().forEach(history::add);
        return decision;
    }

    private void assertRefused(String message, ModelOrder order) {
        OrderRules.Decision decision = rules.decide(order, history, AT);
        assertEquals(message, decision.message());
        assertFalse(decision.applied());
        assertEquals(List.of(), decision.succession().changed());
    }

    private ModelStatus status(long version) {
        return history.find(version).orElseThrow().getStatus();
    }

    private void given(ModelStatus... statuses) {
        for (int i = 0; i < statuses.length; i++) {
            history.add(Versions.version(i + 1, statuses[i], "", 1));
        }
    }

    private static ModelOrder promote(long version, long expected) {
        return order(OrderKind.PROMOTE, version, expected, 0);
    }

    private static ModelOrder rollBack(long version, long expected, long resumeFrom) {
        return order(OrderKind.ROLL_BACK, version, expected, resumeFrom);
    }

    private static ModelOrder order(OrderKind kind, long version, long expected, long resumeFrom) {
        return new ModelOrder("face", "order-7", kind, version, expected, "because", resumeFrom, AT, "", 0L);
    }
}
