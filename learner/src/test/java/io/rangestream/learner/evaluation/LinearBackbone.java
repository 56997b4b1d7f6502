package io.rangestream.learner.evaluation;

import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.BackendReport;
import io.rangestream.learner.backbone.EmbeddingObjective;
import io.rangestream.learner.backbone.StepResult;
import io.rangestream.learner.backbone.Weights;
import java.io.DataInput;
import java.io.DataOutput;

/** Crops of 1 × 1 pixel, embedded as red, green and blue, each times its weight. Counts what it embeds. */
final class LinearBackbone implements Backbone {
    static final int DIM = 3;

    int embedded;

    @Override
    public BackboneSpec spec() {
        return new BackboneSpec("linear", 1, DIM);
    }

    @Override
    public void embed(float[] crops, int n, float[] snapshot, float[] out) {
        embedded += n;
        for (int i = 0; i < n * DIM; i++) {
            out[i] = crops[i] * snapshot[i % DIM];
        }
    }

    @Override
    public BackendReport backend() {
        return new BackendReport("CPU", "test", false, 1, "");
    }

    @Override
    public int parameterCount() {
        return DIM;
    }

    @Override
    public long steps() {
        return 0;
    }

    @Override
    public StepResult step(float[] crops, int n, long stepSeed, EmbeddingObjective objective) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void judged(double auc) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void embed(float[] crops, int n, Weights which, float[] out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public float[] weights(Weights which) {
        return new float[] {1, 1, 1};
    }

    @Override
    public void restore(float[] trained, float[] averaged) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void save(DataOutput out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void load(DataInput in) {
        throw new UnsupportedOperationException();
    }

    @Override
    public byte[] exportOnnx(float[] snapshot) {
        return new byte[0];
    }

    @Override
    public void close() {}
}
