package io.rangestream.learner.dl4j;

import io.rangestream.learner.parallel.Lanes;
import java.util.Arrays;

/**
 * Heap tiles for work on the channels of an activation, and the threads that share the channels. Channels are independent, so the
 * result does not depend on the number of threads.
 */
final class ChannelScratch {

    /** More parts than threads, so that a thread that is held up does not hold up the layer; few, because each has its own tiles. */
    private static final int PARTS = 4;

    private final Lanes lanes;
    private final Part[] parts;

    ChannelScratch(Lanes lanes) {
        this.lanes = lanes;
        this.parts = new Part[PARTS];
        for (int i = 0; i < PARTS; i++) {
            this.parts[i] = new Part();
        }
    }

    /** Two tiles and a summing buffer, for one channel at a time. */
    static final class Part {
        final ColumnSums sums = new ColumnSums();
        float[] first = new float[0];
        float[] second = new float[0];
        private float[][] more = new float[0][];

        /** The first tile, of at least a length. */
        float[] first(int length) {
            if (first.length < length) {
                first = new float[length];
            }
            return first;
        }

        /** The second tile, of at least a length. */
        float[] second(int length) {
            if (second.length < length) {
                second = new float[length];
            }
            return second;
        }

        /** A further array of at least a length, for work that needs more than two. What it holds is left over from earlier work. */
        float[] more(int index, int length) {
            if (more.length <= index) {
                more = Arrays.copyOf(more, index + 1);
            }
            if (more[index] == null || more[index].length < length) {
                more[index] = new float[length];
            }
            return more[index];
        }
    }

    /** What is done with a range of items, for a result. */
    interface RangeWork {
        double[] run(int from, int to, Part part);
    }

    /** Cuts items into ranges that do not depend on the number of threads; their results in order. */
    double[][] forEachRange(int items, RangeWork work) {
        int count = Math.min(parts.length, items);
        var results = new double[count][];
        lanes.run(
                count,
                p -> results[p] =
                        work.run((int) ((long) items * p / count), (int) ((long) items * (p + 1) / count), parts[p]));
        return results;
    }

    /** What is done with one channel. */
    interface ChannelWork {
        void run(int channel, Part part);
    }

    /** Does the work for every channel and returns when all is done. */
    void forEachChannel(int channels, int length, ChannelWork work) {
        int count = Math.min(parts.length, channels);
        lanes.run(count, p -> {
            Part part = parts[p];
            part.first(length);
            part.second(length);
            int end = (int) ((long) channels * (p + 1) / count);
            for (int c = (int) ((long) channels * p / count); c < end; c++) {
                work.run(c, part);
            }
        });
    }
}
