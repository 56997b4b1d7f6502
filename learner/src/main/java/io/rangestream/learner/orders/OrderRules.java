package io.rangestream.learner.orders;

import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.OrderKind;
import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.publish.Succession;
import io.rangestream.learner.publish.VersionHistory;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides about an order by the versions there are. The same whoever settles the order, the learner or the command in its place.
 *
 * <p>A promotion goes forward and a roll-back goes back, so that a slip of the pen is noticed. Any version with weights on the topic may be
 * promoted, also one that the gate had rejected: the operator knows more than the gate.
 */
public final class OrderRules {
    private final Resumable resumable;
    private final Optional<GoingOn> training;

    /** Whether training can be resumed from a version. */
    @FunctionalInterface
    public interface Resumable {
        /**
         * Why not, in one line; empty if it can.
         *
         * @throws CheckpointException if nobody can say now, as the store cannot be reached
         */
        Optional<String> objection(ModelUpdate version);
    }

    /** Whether training waits for somebody to say where it goes on. */
    @FunctionalInterface
    public interface GoingOn {
        /** Why going on with a sampler task's batch would change nothing, in one line; empty if it would. */
        Optional<String> objection(String task, long sequence);
    }

    /**
     * What becomes of an order.
     *
     * @param applied false if it is refused
     * @param message what is done, or why it is refused; one line
     * @param succession the events that follow from it; none if it is refused
     */
    public record Decision(boolean applied, String message, Succession succession) {}

    /** @param training empty where no learner trains; orders to go on then stay open */
    public OrderRules(Resumable resumable, Optional<GoingOn> training) {
        this.resumable = resumable;
        this.training = training;
    }

    /** Whether an order can be decided here. */
    public boolean mayDecide(ModelOrder order) {
        return order.getKind() != OrderKind.GO_ON || training.isPresent();
    }

    /**
     * Decides; changes nothing.
     *
     * @param at when the order is settled
     * @throws CheckpointException if it cannot be decided now
     */
    public Decision decide(ModelOrder order, VersionHistory history, Instant at) {
        var succession = new Succession(history, order.getOrderId(), at);
        if (order.getKind() == OrderKind.GO_ON) {
            return goOn(order, succession);
        }
        Optional<String> objection = objection(order, history);
        if (objection.isPresent()) {
            return new Decision(false, objection.get(), succession);
        }
        long version = order.getVersion();
        long before = order.getExpectedVersion();
        var message = new StringBuilder("version %d is promoted".formatted(version));
        succession.promote(version, order.getReason(), order.getKind() == OrderKind.ROLL_BACK ? before : 0);
        if (order.getKind() == OrderKind.ROLL_BACK) {
            message.append(", version %d is rolled back".formatted(before));
        } else if (before != 0) {
            message.append(", version %d is superseded".formatted(before));
        }
        if (order.getResumeFrom() != 0) {
            succession.continueFrom(order.getResumeFrom());
            message.append("; the next version continues from version %d".formatted(order.getResumeFrom()));
        }
        return new Decision(true, message.toString(), succession);
    }

    private Decision goOn(ModelOrder order, Succession none) {
        return training.flatMap(at -> at.objection(order.getTask(), order.getSequence()))
                .map(objection -> new Decision(false, objection, none))
                .orElseGet(() -> new Decision(
                        true,
                        "training goes on with batch %d of sampler task %s, without those missing before it"
                                .formatted(order.getSequence(), order.getTask()),
                        none));
    }

    private Optional<String> objection(ModelOrder order, VersionHistory history) {
        long version = order.getVersion();
        long promoted = history.promoted().map(ModelUpdate::getVersion).orElse(0L);
        Optional<ModelUpdate> target = history.find(version);
        if (promoted != order.getExpectedVersion()) {
            return Optional.of("%s is promoted, %s was expected"
                    .formatted(named(promoted), order.getExpectedVersion() == 0 ? "none" : order.getExpectedVersion()));
        }
        if (target.isEmpty()) {
            return Optional.of("there is no version " + version);
        }
        if (version == promoted) {
            return Optional.of("version %d is promoted already".formatted(version));
        }
        if (target.get().getArtifact().getPruned()) {
            return Optional.of("the weights of version %d have left retention (models.retain)".formatted(version));
        }
        return switch (order.getKind()) {
            case PROMOTE ->
                version < promoted
                        ? Optional.of("version %d is older than version %d, which is promoted: that is a roll-back"
                                .formatted(version, promoted))
                        : order.getResumeFrom() == 0
                                ? Optional.empty()
                                : Optional.of("training is resumed from another version by a roll-back only");
            case ROLL_BACK ->
                version > promoted
                        ? Optional.of("%s is promoted, and version %d is no older one to roll back to"
                                .formatted(named(promoted), version))
                        : resumeObjection(order.getResumeFrom(), history);
            case UNKNOWN, GO_ON -> Optional.of("this release does not know what is ordered");
        };
    }

    private Optional<String> resumeObjection(long resumeFrom, VersionHistory history) {
        if (resumeFrom == 0) {
            return Optional.empty();
        }
        Optional<ModelUpdate> version = history.find(resumeFrom);
        return version.isEmpty()
                ? Optional.of("there is no version %d to resume from".formatted(resumeFrom))
                : resumable.objection(version.get());
    }

    private static String named(long version) {
        return version == 0 ? "no version" : "version " + version;
    }
}
