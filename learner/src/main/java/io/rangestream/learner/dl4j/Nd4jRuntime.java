package io.rangestream.learner.dl4j;

import io.rangestream.learner.backbone.ComputeDevice;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.BooleanSupplier;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts ND4J on the wanted device, with the settings that it reads only before its first class is loaded. */
final class Nd4jRuntime {

    private static final Logger log = LoggerFactory.getLogger(Nd4jRuntime.class);

    private static final String CPU = "CpuBackend";
    private static final String CUDA = "JCublasBackend";

    private final boolean cuda;

    private Nd4jRuntime(boolean cuda) {
        this.cuda = cuda;
    }

    /**
     * Starts ND4J; a process that has started it keeps the device it has.
     *
     * @throws IllegalStateException in one line when the device cannot be had
     */
    static Nd4jRuntime start(ComputeDevice device) {
        // DL4J 1.0.0-M2.1 leaves its oneDNN layer helpers out unless told otherwise; see
        // docs/decisions/0003-dl4j-fast-path.md.
        System.setProperty("org.eclipse.deeplearning4j.helpers.disable", "false");
        boolean cuda = choose(device);
        String started;
        try {
            started = Nd4j.getBackend().getClass().getSimpleName();
        } catch (LinkageError e) {
            throw new IllegalStateException("backend=%s: ND4J cannot start: %s".formatted(device, rootMessage(e)), e);
        }
        if (!started.equals(cuda ? CUDA : CPU)) {
            throw new IllegalStateException(
                    "backend=%s: ND4J prefers %s; set BACKEND_PRIORITY_%s=1000 in the environment"
                            .formatted(device, started, cuda ? "GPU" : "CPU"));
        }
        return new Nd4jRuntime(cuda);
    }

    boolean isCuda() {
        return cuda;
    }

    /** Sets the threads of the native kernels. OpenMP keeps the number per calling thread, so it is set before each use. */
    void useThreads(int threads) {
        NativeOps ops = NativeOpsHolder.getInstance().getDeviceNativeOps();
        if (ops.ompGetMaxThreads() != threads) {
            ops.setOmpNumThreads(threads);
        }
    }

    /** The graphics card, or the architecture of the processor. */
    String device() {
        return cuda
                ? NativeOpsHolder.getInstance().getDeviceNativeOps().getDeviceName(0)
                : System.getProperty("os.arch");
    }

    /** The widest vector instructions of the processor, by the native library's own test. */
    String cpuFeatures() {
        int level = NativeOpsHolder.getInstance().getDeviceNativeOps().optimalLevel();
        return level >= 3 ? "avx512" : level == 2 ? "avx2" : "generic vectors";
    }

    /** Whether CUDA is to be used. */
    private static boolean choose(ComputeDevice device) {
        List<Nd4jBackend> engines = engines();
        Optional<Nd4jBackend> cudaEngine = named(engines, CUDA);
        return useCuda(device, named(engines, CPU).isPresent(), cudaEngine.isPresent(), () -> cudaEngine
                .filter(Nd4jRuntime::runs)
                .isPresent());
    }

    /**
     * The choice between the engines on the class path.
     *
     * @param cudaRuns asked only if it matters: an engine that cannot run takes a while to say so
     * @throws IllegalStateException in one line when the wanted device cannot be had
     */
    static boolean useCuda(ComputeDevice device, boolean hasCpu, boolean hasCuda, BooleanSupplier cudaRuns) {
        if (device == ComputeDevice.CUDA && !hasCuda) {
            throw new IllegalStateException("backend=cuda: this build has no CUDA engine (Maven profile cuda)");
        }
        boolean use = device != ComputeDevice.CPU && hasCuda && cudaRuns.getAsBoolean();
        if (device == ComputeDevice.CUDA && !use) {
            throw new IllegalStateException("backend=cuda: no usable CUDA driver or device");
        }
        if (!use && !hasCpu) {
            throw new IllegalStateException("backend=%s: this build has no CPU engine%s"
                    .formatted(device, device == ComputeDevice.AUTO ? ", and there is no usable CUDA device" : ""));
        }
        return use;
    }

    private static List<Nd4jBackend> engines() {
        try {
            return ServiceLoader.load(Nd4jBackend.class, Nd4jRuntime.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
        } catch (ServiceConfigurationError e) {
            throw new IllegalStateException(
                    "the ND4J engines on the class path cannot be loaded: " + rootMessage(e), e);
        }
    }

    private static Optional<Nd4jBackend> named(List<Nd4jBackend> engines, String name) {
        return engines.stream()
                .filter(e -> e.getClass().getSimpleName().equals(name))
                .findFirst();
    }

    /** Asks the engine; without a driver it fails to link, and prints the stack before it says so. */
    private static boolean runs(Nd4jBackend engine) {
        PrintStream errors = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            return engine.isAvailable();
        } catch (RuntimeException | LinkageError e) {
            log.debug("{} is not usable", engine, e);
            return false;
        } finally {
            System.setErr(errors);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }
}
