package io.rangestream.learner.training;

import io.rangestream.learner.records.LogPosition;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** How far training is in the log, and what it has counted: all of its state but the weights. Not thread-safe. */
final class Progress {
    final LogPosition position = new LogPosition();
    final PendingErasures erasures = new PendingErasures();
    final ErasedSince erasedSince = new ErasedSince();
    final LeftOutFaces leftOut = new LeftOutFaces();
    final LossMeans losses = new LossMeans();
    final SamplerCounts samplers = new SamplerCounts();
    final SeenPictures pictures = new SeenPictures();
    final Divergence divergence;
    long batches;
    long crops;
    long skippedSteps;
    long skippedCrops;
    double learningRate;

    /** @param maxDivergedSteps dropped steps in a row after which weights return */
    Progress(int maxDivergedSteps) {
        divergence = new Divergence(maxDivergedSteps);
    }

    void save(DataOutput out) throws IOException {
        position.save(out);
        erasures.save(out);
        erasedSince.save(out);
        leftOut.save(out);
        losses.save(out);
        divergence.save(out);
        samplers.save(out);
        pictures.save(out);
        out.writeLong(batches);
        out.writeLong(crops);
        out.writeLong(skippedSteps);
        out.writeLong(skippedCrops);
        out.writeDouble(learningRate);
    }

    void load(DataInput in) throws IOException {
        position.load(in);
        erasures.load(in);
        erasedSince.load(in);
        leftOut.load(in);
        losses.load(in);
        divergence.load(in);
        samplers.load(in);
        pictures.load(in);
        batches = in.readLong();
        crops = in.readLong();
        skippedSteps = in.readLong();
        skippedCrops = in.readLong();
        learningRate = in.readDouble();
    }
}
