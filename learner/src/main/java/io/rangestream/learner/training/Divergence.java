package io.rangestream.learner.training;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Steps that were dropped in a row for a loss or gradient that is no number, and what follows from them: after some, the weights have
 * to return to the last version's. Returning twice to the same version is no progress and ends training. Not thread-safe.
 */
final class Divergence {
    private final int maxSteps;
    private int droppedInARow;
    private long returns;
    private boolean returnedSinceVersion;

    /** @param maxSteps dropped steps in a row after which weights return */
    Divergence(int maxSteps) {
        this.maxSteps = maxSteps;
    }

    void step(boolean dropped) {
        droppedInARow = dropped ? droppedInARow + 1 : 0;
    }

    /** Whether the last step was dropped. */
    boolean isDropping() {
        return droppedInARow > 0;
    }

    /** Whether the weights have to return. */
    boolean isDue() {
        return droppedInARow >= maxSteps;
    }

    /**
     * Notes that the weights return.
     *
     * @throws TrainingException if they did already since the last version
     */
    void returning(String where) {
        if (returnedSinceVersion) {
            throw new TrainingException(
                    "training diverged again after the weights had returned to %s: %d steps in a row gave a loss or gradient that is no number; lower learning.rate or the weights of the losses"
                            .formatted(where, droppedInARow));
        }
        droppedInARow = 0;
        returns++;
        returnedSinceVersion = true;
    }

    /** How often the weights returned since the model began. */
    long returns() {
        return returns;
    }

    boolean returnedSinceVersion() {
        return returnedSinceVersion;
    }

    void versionMade() {
        returnedSinceVersion = false;
    }

    /** Training is resumed from other weights: what went before is theirs no more. */
    void resumed() {
        droppedInARow = 0;
        returnedSinceVersion = false;
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(droppedInARow);
        out.writeLong(returns);
        out.writeBoolean(returnedSinceVersion);
    }

    void load(DataInput in) throws IOException {
        droppedInARow = in.readInt();
        returns = in.readLong();
        returnedSinceVersion = in.readBoolean();
    }
}
