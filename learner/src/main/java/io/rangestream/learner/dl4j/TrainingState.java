package io.rangestream.learner.dl4j;

import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.dl4j.ParameterLayout.Role;
import io.rangestream.learner.dl4j.ParameterLayout.Segment;
import io.rangestream.learner.optimizer.FloatBytes;
import io.rangestream.learner.optimizer.LearningRate;
import io.rangestream.learner.optimizer.SquaredNorm;
import io.rangestream.learner.optimizer.WeightUpdate;
import io.rangestream.learner.parallel.Lanes;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Weights, the optimiser's moments and averaged weights as flat arrays on the heap; the native graphs hold copies. Keeping the truth here makes a
 * dropped step, a snapshot and a checkpoint matters of plain arrays, and costs one copy of the weights each way per step.
 */
final class TrainingState {

    private static final int FORMAT = 2;

    /** Long segments are cut, so that threads share the work evenly; fixed, so that sums have a fixed order. */
    private static final int CHUNK = 1 << 16;

    private final ParameterLayout layout;
    private final OptimizerSettings settings;
    private final Lanes lanes;
    private final Segment[] chunks;
    private final float[] trained;
    private final float[] averaged;
    private final float[][] moments;
    private final LearningRate rate;
    private long steps;

    /** Updates since the moments were zero: dropped steps do not count. */
    private long updates;

    TrainingState(ParameterLayout layout, OptimizerSettings settings, Lanes lanes, float[] initial) {
        this.layout = layout;
        this.settings = settings;
        this.lanes = lanes;
        this.chunks = layout.segments().stream().flatMap(TrainingState::cut).toArray(Segment[]::new);
        this.trained = initial;
        this.averaged = trained.clone();
        this.moments = new float[settings.rule().moments()][trained.length];
        this.rate = settings.newRate();
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

    /** The rate of the next step. */
    double learningRate() {
        return rate.at(steps);
    }

    /** Takes note of a version's AUC on the holdout, which the schedule may go by. */
    void judged(double auc) {
        rate.judged(auc);
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
        updates++;
        WeightUpdate rule = settings.rule().update(learningRate(), gradientScale, updates);
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
                float decayed = chunk.role() == Role.WEIGHT ? decay : 0f;
                rule.apply(trained, moments, from, gradient, from, chunk.length(), decayed);
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
        for (float[] moment : moments) {
            Arrays.fill(moment, 0f);
        }
        updates = 0;
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
        out.writeUTF(settings.rule().label());
        out.writeLong(steps);
        out.writeLong(updates);
        rate.save(out);
        FloatBytes.write(out, trained);
        FloatBytes.write(out, averaged);
        for (float[] moment : moments) {
            FloatBytes.write(out, moment);
        }
    }

    void load(DataInput in) throws IOException {
        int format = in.readInt();
        int length = in.readInt();
        if (format != FORMAT || length != layout.length()) {
            throw new IOException("not a state of this network: format %d, %d values, expected format %d, %d values"
                    .formatted(format, length, FORMAT, layout.length()));
        }
        String optimizer = in.readUTF();
        if (!optimizer.equals(settings.rule().label())) {
            throw new IOException("it was made with optimizer=%s, the configuration says %s"
                    .formatted(optimizer, settings.rule().label()));
        }
        steps = in.readLong();
        updates = in.readLong();
        rate.load(in);
        FloatBytes.read(in, trained);
        FloatBytes.read(in, averaged);
        for (float[] moment : moments) {
            FloatBytes.read(in, moment);
        }
    }

    private static Stream<Segment> cut(Segment s) {
        return IntStream.iterate(0, at -> at < s.length(), at -> at + CHUNK)
                .mapToObj(at -> new Segment(
                        s.layer(), s.key(), s.role(), s.offset() + at, Math.min(CHUNK, s.length() - at), s.fanIn()));
    }
}
