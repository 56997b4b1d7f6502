package io.rangestream.learner.dl4j;

import io.rangestream.learner.architecture.Architecture;
import io.rangestream.learner.architecture.Architectures;
import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.BackboneProvider;
import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.ComputeDevice;
import io.rangestream.learner.backbone.OptimizerSettings;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offers the networks of this engine to {@link io.rangestream.learner.backbone.Backbones}. */
public final class Dl4jBackboneProvider implements BackboneProvider {

    private static final Logger log = LoggerFactory.getLogger(Dl4jBackboneProvider.class);

    @Override
    public Set<String> names() {
        return Architectures.names();
    }

    @Override
    public void requireDevice(ComputeDevice device) {
        Nd4jRuntime.start(device);
    }

    @Override
    public BackboneSpec standard(String name) {
        return Architectures.standard(name);
    }

    @Override
    public Backbone create(
            BackboneSpec spec, long seed, OptimizerSettings settings, int threads, ComputeDevice device) {
        Architecture architecture = Architectures.of(spec);
        Nd4jRuntime runtime = Nd4jRuntime.start(device);
        var backbone = new Dl4jBackbone(architecture, seed, settings, threads, runtime);
        log.info("Backbone {} on {}", spec, backbone.backend());
        if (!backbone.backend().accelerated()) {
            log.warn("The accelerated kernels are not in use: training will be many times slower");
        }
        return backbone;
    }
}
