package io.rangestream.learner;

import io.rangestream.learner.evaluation.Founder;
import io.rangestream.learner.optimizer.FloatBytes;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint holds before the training state.
 *
 * @param version that the training state continues
 * @param oldestToResumeFrom the oldest version that training can be resumed from, as who was erased since is known
 * @param checkpointHash of that version's own checkpoint; empty in that checkpoint itself
 * @param promotedWeights published weights of the promoted version
 * @param founders of the promoted version's embedding space and of those compatible with it
 * @param resumed where the weights are from, if not from the version before
 */
record CheckpointHeader(
        long version,
        long oldestToResumeFrom,
        String checkpointHash,
        long promotedVersion,
        float[] promotedWeights,
        List<Founder> founders,
        @Nullable Resumed resumed) {
    private static final int MAGIC = 0x5253434B; // "RSCK"
    private static final int FORMAT = 12;

    /**
     * Another version that training was resumed from.
     *
     * @param version whose training state is continued
     * @param checkpointHash of that version
     * @param orderId the order to do so
     */
    record Resumed(long version, String checkpointHash, String orderId) {}

    /** @throws IOException in one line, if this is no checkpoint of this release */
    static CheckpointHeader read(DataInput in) throws IOException {
        requireFormat(in);
        long version = in.readLong();
        long oldestToResumeFrom = in.readLong();
        String checkpointHash = in.readUTF();
        long promotedVersion = in.readLong();
        float[] promotedWeights = readWeights(in);
        var founders = new ArrayList<Founder>();
        for (int left = in.readInt(); left > 0; left--) {
            long founder = in.readLong();
            founders.add(new Founder(founder, founder == promotedVersion ? promotedWeights : readWeights(in)));
        }
        Resumed resumed = in.readBoolean() ? new Resumed(in.readLong(), in.readUTF(), in.readUTF()) : null;
        return new CheckpointHeader(
                version,
                oldestToResumeFrom,
                checkpointHash,
                promotedVersion,
                promotedWeights,
                List.copyOf(founders),
                resumed);
    }

    /**
     * Reads {@link #oldestToResumeFrom} alone, and no weights.
     *
     * @throws IOException as {@link #read}
     */
    static long readOldestToResumeFrom(DataInput in) throws IOException {
        requireFormat(in);
        in.readLong();
        return in.readLong();
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(FORMAT);
        out.writeLong(version);
        out.writeLong(oldestToResumeFrom);
        out.writeUTF(checkpointHash);
        out.writeLong(promotedVersion);
        writeWeights(out, promotedWeights);
        out.writeInt(founders.size());
        for (Founder founder : founders) {
            out.writeLong(founder.version());
            if (founder.version() != promotedVersion) {
                writeWeights(out, founder.weights());
            }
        }
        out.writeBoolean(resumed != null);
        if (resumed != null) {
            out.writeLong(resumed.version());
            out.writeUTF(resumed.checkpointHash());
            out.writeUTF(resumed.orderId());
        }
    }

    private static void requireFormat(DataInput in) throws IOException {
        if (in.readInt() != MAGIC || in.readInt() != FORMAT) {
            throw new IOException("it is no checkpoint of this release");
        }
    }

    private static void writeWeights(DataOutput out, float[] weights) throws IOException {
        out.writeInt(weights.length);
        FloatBytes.write(out, weights);
    }

    private static float[] readWeights(DataInput in) throws IOException {
        var weights = new float[in.readInt()];
        FloatBytes.read(in, weights);
        return weights;
    }
}
