package io.rangestream.learner.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.backbone.ComputeDevice;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class EngineChoiceTest {
    private static final BooleanSupplier RUNS = () -> true;
    private static final BooleanSupplier RUNS_NOT = () -> false;
    private static final BooleanSupplier UNASKED = () -> {
        throw new AssertionError("the CUDA engine need not be asked");
    };

    @Test
    void autoTakesCudaWhereItRunsAndElseTheCpu() {
        assertTrue(Nd4jRuntime.useCuda(ComputeDevice.AUTO, true, true, RUNS));
        assertTrue(Nd4jRuntime.useCuda(ComputeDevice.AUTO, false, true, RUNS));
        assertFalse(Nd4jRuntime.useCuda(ComputeDevice.AUTO, true, true, RUNS_NOT));
        assertFalse(Nd4jRuntime.useCuda(ComputeDevice.AUTO, true, false, UNASKED));
    }

    @Test
    void aNamedDeviceIsTakenAndNoOther() {
        assertFalse(Nd4jRuntime.useCuda(ComputeDevice.CPU, true, true, UNASKED));
        assertTrue(Nd4jRuntime.useCuda(ComputeDevice.CUDA, true, true, RUNS));
    }

    @Test
    void whatCannotBeHadIsToldInOneLine() {
        assertEquals(
                "backend=cuda: this build has no CUDA engine (Maven profile cuda)",
                failure(ComputeDevice.CUDA, true, false, UNASKED));
        assertEquals(
                "backend=cuda: no usable CUDA driver or device", failure(ComputeDevice.CUDA, true, true, RUNS_NOT));
        assertEquals("backend=cpu: this build has no CPU engine", failure(ComputeDevice.CPU, false, true, UNASKED));
        assertEquals(
                "backend=auto: this build has no CPU engine, and there is no usable CUDA device",
                failure(ComputeDevice.AUTO, false, true, RUNS_NOT));
    }

    private static String failure(ComputeDevice device, boolean hasCpu, boolean hasCuda, BooleanSupplier runs) {
        return assertThrows(IllegalStateException.class, () -> Nd4jRuntime.useCuda(device, hasCpu, hasCuda, runs))
                .getMessage();
    }
}
