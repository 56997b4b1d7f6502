package io.rangestream.learner.backbone;

/**
 * What computes the network.
 *
 * @param backend {@code CPU} or {@code CUDA}
 * @param device the processor or graphics card
 * @param accelerated whether the accelerated kernels (oneDNN, cuDNN) are in use; without them training is many times slower
 * @param threads threads of the native kernels; part of what makes a run repeatable
 * @param cpuFeatures widest vector instructions the processor offers; part of what makes a run repeatable
 */
public record BackendReport(String backend, String device, boolean accelerated, int threads, String cpuFeatures) {

    @Override
    public String toString() {
        return "%s (%s), %s kernels %s, %d threads, %s"
                .formatted(
                        backend,
                        device,
                        backend.equals("CUDA") ? "cuDNN" : "oneDNN",
                        accelerated ? "in use" : "NOT in use",
                        threads,
                        cpuFeatures);
    }
}
