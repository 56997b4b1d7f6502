package io.rangestream.learner.training;

import io.rangestream.avro.BufferStatistics;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.TreeMap;

/** What the sampler's tasks have counted of their input, by the last batch of each. Not thread-safe. */
public final class SamplerCounts {
    private final TreeMap<String, Counts> tasks = new TreeMap<>();

    /**
     * Counts since the model began.
     *
     * @param lost faces at most that were deleted from their topic before they were read
     * @param labelConflicts faces whose picture a task had under another identity
     * @param repeatedPictures faces whose picture a task had under the same identity with another face_id
     */
    public record Counts(long lost, long labelConflicts, long repeatedPictures) {
        private Counts plus(Counts other) {
            return new Counts(
                    lost + other.lost,
                    labelConflicts + other.labelConflicts,
                    repeatedPictures + other.repeatedPictures);
        }
    }

    void trained(String task, BufferStatistics buffers) {
        tasks.put(task, new Counts(buffers.getLost(), buffers.getLabelConflicts(), buffers.getRepeatedPictures()));
    }

    /** All tasks together. */
    public Counts sum() {
        return tasks.values().stream().reduce(new Counts(0, 0, 0), Counts::plus);
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(tasks.size());
        for (var entry : tasks.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeLong(entry.getValue().lost());
            out.writeLong(entry.getValue().labelConflicts());
            out.writeLong(entry.getValue().repeatedPictures());
        }
    }

    void load(DataInput in) throws IOException {
        tasks.clear();
        for (int left = in.readInt(); left > 0; left--) {
            tasks.put(in.readUTF(), new Counts(in.readLong(), in.readLong(), in.readLong()));
        }
    }
}
