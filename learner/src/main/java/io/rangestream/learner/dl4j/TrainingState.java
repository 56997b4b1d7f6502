package io.rangestream.learner.dl4j;

import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.dl4j.ParameterLayout.Role;
import io.rangestream.learner.dl4j.ParameterLayout.Segment;
import io.rangestream.learner.optimizer.FloatBytes;
import io.rangestream.learner.optimizer.NesterovStep;
import io.rangestream.learner.optimizer.SquaredNorm;
import io.rangestream.learner.parallel.Lanes;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Weights, momentum and averaged weights as flat arrays on the heap; the native graphs hold copies. Keeping the truth here makes a
 * dropped step, a snapshot and a checkpoint matters of plain arrays, and costs one copy of the weights each way per step.
 */
final class TrainingState {

    private static final int FORMAT = 1;

    /** Long segments are cut, so that threads share the work evenly; fixed, so that sums have a fixed order. */
    private static final int CHUNK = 1 << 16;

    private final ParameterLayout layout;
    private final OptimizerSettings settings;
    private final Lanes lanes;
    private final Segment[] chunks;
    private final float[] trained;
    private final float[] averaged;
    private final float[] velocity;
    private long steps;

    TrainingState(ParameterLayout layout, OptimizerSettings settings, Lanes lanes, long seed) {
        this.layout = layout;
        this.settings = settings;
        this.lanes = lanes;
        this.chunks = layout.segments().stream().flatMap(TrainingState::cut).toArray(Segment[]::new);
        this.trained = layout.draw(seed);
        this.averaged = trained.clone();
        this.velocity = new float[trained.length];
    }

    /** The live array, not a copy. */
    float[] trained() {
        return trained;
    }

    /** The live array, not a copy. */
    float[] averaged() {
        return averaged;
    }

    long steps() {
        return steps;
    }

    /** Squared norm of a gradient, running statistics left out: theirs are amounts to subtract, not gradients. */
    double squaredNorm(float[] gradient) {
        var parts = new double[chunks.length];
        lanes.run(chunks.length, i -> {
            if (chunks[i].role() != Role.STATISTIC) {
                parts[i] = SquaredNorm.of(gradient, chunks[i].offset(), chunks[i].end());
            }
        });
        return Arrays.stream(parts).sum();
    }

    /** Whether the amounts for the running statistics are numbers; a loss can be finite when they are not. */
    boolean statisticsAreFinite(float[] gradient) {
        for (Segment chunk : chunks) {
            if (chunk.role() == Role.STATISTIC
                    && !Double.isFinite(SquaredNorm.of(gradient, chunk.offset(), chunk.end()))) {
                return false;
            }
        }
        return true;
    }

    /** Counts a step that was dropped; nothing else changes. */
    void skip() {
        steps++;
    }

    /** Takes the optimiser's step, then moves the average. */
    void update(float[] gradient, double gradientScale) {
        var step = new NesterovStep(
                (float) settings.learningRateAt(steps), (float) settings.momentum(), (float) gradientScale);
        float decay = (float) settings.weightDecay();
        float toward = (float) (1 - settings.emaDecayAt(steps));
        lanes.run(chunks.length, i -> {
            Segment chunk = chunks[i];
            int from = chunk.offset();
            int to = chunk.end();
            if (chunk.role() == Role.STATISTIC) {
                for (int j = from; j < to; j++) {
                    trained[j] -= gradient[j];
                }
            } else {
                step.apply(trained, velocity, gradient, from, to, chunk.role() == Role.WEIGHT ? decay : 0f);
            }
            for (int j = from; j < to; j++) {
                averaged[j] += toward * (trained[j] - averaged[j]);
            }
        });
        steps++;
    }

    void restore(float[] newTrained, float[] newAveraged) {
        requireLength(newTrained);
        requireLength(newAveraged);
        System.arraycopy(newTrained, 0, trained, 0, trained.length);
        System.arraycopy(newAveraged, 0, averaged, 0, averaged.length);
        Arrays.fill(velocity, 0f);
    }

    void requireLength(float[] snapshot) {
        if (snapshot.length != trained.length) {
            throw new IllegalArgumentException(
                    "not weights of this network: %d values, expected %d".formatted(snapshot.length, trained.length));
        }
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(FORMAT);
        out.writeInt(layout.length());
        out.writeLong(steps);
        for (float[] array : new float[][] {trained, averaged, velocity}) {
            FloatBytes.write(out, array);
        }
    }

    void load(DataInput in) throws IOException {
        int format = in.readInt();
        int length = in.readInt();
        if (format != FORMAT || length != layout.length()) {
            throw new IOException("not a state of this network: format %d, %d values, expected %d"
                    .formatted(format, length, layout.length()));
        }
        steps = in.readLong();
        for (float[] array : new float[][] {trained, averaged, velocity}) {
            FloatBytes.read(in, array);
        }
    }

    private static Stream<Segment> cut(Segment s) {
        return IntStream.iterate(0, at -> at < s.length(), at -> at + CHUNK)
                .mapToObj(at -> new Segment(
                        s.layer(), s.key(), s.role(), s.offset() + at, Math.min(CHUNK, s.length() - at), s.fanIn()));
    }
}
