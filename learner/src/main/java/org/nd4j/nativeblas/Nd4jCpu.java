package org.nd4j.nativeblas;

/**
 * A class that DL4J 1.0.0-M2.1 looks up by reflection to decide whether its oneDNN layer helpers may be used, and that the release
 * no longer has: it moved to the package of the CPU bindings. Without it every convolution falls back to the slow path
 * (docs/decisions/0003-dl4j-fast-path.md). Nothing else may use it.
 */
public final class Nd4jCpu {

    private Nd4jCpu() {}

    /** Stands in for {@code org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu.Environment}. */
    public static final class Environment {

        private static final Environment INSTANCE = new Environment();

        private Environment() {}

        /** Called by DL4J. */
        public static Environment getInstance() {
            return INSTANCE;
        }

        /**
         * Called by DL4J: whether the native library was built with oneDNN. The bindings are named by reflection because a GPU build
         * does not have them.
         */
        public boolean isUseMKLDNN() {
            try {
                Class<?> bindings = Class.forName("org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu$Environment");
                Object environment = bindings.getMethod("getInstance").invoke(null);
                return (Boolean) bindings.getMethod("isUseONEDNN").invoke(environment);
            } catch (ReflectiveOperationException | LinkageError e) {
                return false;
            }
        }
    }
}
