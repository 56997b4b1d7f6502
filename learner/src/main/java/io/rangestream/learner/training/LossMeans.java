package io.rangestream.learner.training;

import io.rangestream.learner.backbone.LossTerms;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Means of the loss terms since the last version. Not thread-safe. */
final class LossMeans {
    private long steps;
    private double total;
    private double softmax;
    private double intra;
    private double inter;

    void add(LossTerms terms) {
        steps++;
        total += terms.total();
        softmax += terms.softmax();
        intra += terms.intra();
        inter += terms.inter();
    }

    LossTerms means() {
        double n = Math.max(1, steps);
        return new LossTerms(total / n, softmax / n, intra / n, inter / n);
    }

    void reset() {
        steps = 0;
        total = 0;
        softmax = 0;
        intra = 0;
        inter = 0;
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(steps);
        out.writeDouble(total);
        out.writeDouble(softmax);
        out.writeDouble(intra);
        out.writeDouble(inter);
    }

    void load(DataInput in) throws IOException {
        steps = in.readLong();
        total = in.readDouble();
        softmax = in.readDouble();
        intra = in.readDouble();
        inter = in.readDouble();
    }
}
