package io.rangestream.learner.training;

import io.rangestream.learner.backbone.LossTerms;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Means of the loss and of its terms since the last version. Not thread-safe. */
final class LossMeans {
    private final Map<String, Double> sums = new LinkedHashMap<>();
    private long steps;
    private double total;

    void add(LossTerms terms) {
        steps++;
        total += terms.total();
        terms.terms().forEach((name, value) -> sums.merge(name, value, Double::sum));
    }

    LossTerms means() {
        double n = Math.max(1, steps);
        var means = new LinkedHashMap<>(sums);
        means.replaceAll((name, sum) -> sum / n);
        return new LossTerms(total / n, means);
    }

    void reset() {
        steps = 0;
        total = 0;
        sums.clear();
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(steps);
        out.writeDouble(total);
        out.writeInt(sums.size());
        for (var sum : sums.entrySet()) {
            out.writeUTF(sum.getKey());
            out.writeDouble(sum.getValue());
        }
    }

    void load(DataInput in) throws IOException {
        steps = in.readLong();
        total = in.readDouble();
        sums.clear();
        for (int left = in.readInt(); left > 0; left--) {
            sums.put(in.readUTF(), in.readDouble());
        }
    }
}
