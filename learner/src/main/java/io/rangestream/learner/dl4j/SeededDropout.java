package io.rangestream.learner.dl4j;

import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Inverted dropout whose mask is a function of a seed that is set before each step. DL4J's own draws from the process-wide ND4J
 * generator, whose position depends on everything that happened before.
 */
final class SeededDropout implements IDropout {

    private static final long serialVersionUID = 1L;

    private final double rate;
    private long seed;
    private float[] mask = new float[0];
    private float[] values = new float[0];

    /** @param rate share of the values that is dropped, in {@code [0, 1)} */
    SeededDropout(double rate) {
        this.rate = rate;
    }

    void seed(long stepSeed) {
        seed = stepSeed;
    }

    @Override
    public INDArray applyDropout(
            INDArray input, INDArray result, int iteration, int epoch, LayerWorkspaceMgr workspaces) {
        int length = Math.toIntExact(input.length());
        draw(length);
        multiply(input, result, length);
        return result;
    }

    @Override
    public INDArray backprop(INDArray gradAtOutput, INDArray gradAtInput, int iteration, int epoch) {
        multiply(gradAtOutput, gradAtInput, Math.toIntExact(gradAtOutput.length()));
        return gradAtInput;
    }

    @Override
    public void clear() {}

    /** Shares this instance: the clone inside the graph must see the seed that is set on the original. */
    @Override
    @SuppressWarnings("MethodDoesntCallSuperMethod")
    public IDropout clone() {
        return this;
    }

    /** Four decisions of 16 bits from each draw. */
    private void draw(int length) {
        if (mask.length != length) {
            mask = new float[length];
            values = new float[length];
        }
        var random = new SplittableRandom(seed);
        float kept = (float) (1 / (1 - rate));
        int threshold = (int) Math.round(rate * 65536);
        for (int i = 0; i < length; ) {
            long bits = random.nextLong();
            for (int end = Math.min(length, i + 4); i < end; i++) {
                mask[i] = (bits & 0xFFFF) < threshold ? 0f : kept;
                bits >>>= 16;
            }
        }
    }

    private void multiply(INDArray from, INDArray to, int length) {
        HostCopy.read(from, values, 0);
        for (int i = 0; i < length; i++) {
            values[i] *= mask[i];
        }
        HostCopy.write(to, values, 0);
    }
}
