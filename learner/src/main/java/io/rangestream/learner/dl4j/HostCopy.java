package io.rangestream.learner.dl4j;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Copies between dense float arrays of ND4J, on whatever device they live, and Java arrays. */
final class HostCopy {

    private HostCopy() {}

    /** Copies all values of {@code from} to {@code to[at …)}. */
    static void read(INDArray from, float[] to, int at) {
        int length = Math.toIntExact(from.length());
        if (Nd4j.getEnvironment().isCPU() && Channels.isDense(from)) {
            Channels.floats(from).get(0, to, at, length);
        } else {
            System.arraycopy(from.dup('c').data().asFloat(), 0, to, at, length);
        }
    }

    /** Fills {@code to} from {@code from[at …)}. */
    static void write(INDArray to, float[] from, int at) {
        int length = Math.toIntExact(to.length());
        if (Nd4j.getEnvironment().isCPU() && Channels.isDense(to)) {
            Channels.floats(to).put(0, from, at, length);
        } else {
            to.assign(Nd4j.createFromArray(Arrays.copyOfRange(from, at, at + length))
                    .reshape('c', to.shape()));
        }
    }
}
