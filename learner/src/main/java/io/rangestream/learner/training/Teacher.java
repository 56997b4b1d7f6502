package io.rangestream.learner.training;

import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.loss.CompatibilityLoss;
import org.jspecify.annotations.Nullable;

/** The older version that embeddings are to stay comparable with: embeds the crops of each batch for the loss. Not thread-safe. */
final class Teacher {
    private final Backbone backbone;
    private final CompatibilityLoss loss;
    private float @Nullable [] weights;
    private float[] embeddings = new float[0];

    Teacher(Backbone backbone, CompatibilityLoss loss) {
        this.backbone = backbone;
        this.loss = loss;
    }

    /** @param of the older version's published weights; null for none */
    void setWeights(float @Nullable [] of) {
        weights = of;
        loss.release();
    }

    /** Embeds the crops of the next step, in inference mode, as the older version's users did. */
    void teach(float[] crops, int n) {
        float[] snapshot = weights;
        if (snapshot == null) {
            return;
        }
        int dim = backbone.spec().embeddingDim();
        if (embeddings.length != n * dim) {
            embeddings = new float[n * dim];
        }
        backbone.embed(crops, n, snapshot, embeddings);
        loss.hold(embeddings, n, dim);
    }
}
