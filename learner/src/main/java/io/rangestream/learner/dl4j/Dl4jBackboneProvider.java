package io.rangestream.learner.dl4j;

import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.BackboneProvider;
import io.rangestream.learner.backbone.ComputeDevice;
import io.rangestream.learner.backbone.OptimizerSettings;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offers the networks of this engine to {@link io.rangestream.learner.backbone.Backbones}. */
public final class Dl4jBackboneProvider implements BackboneProvider {

    private static final Logger log = LoggerFactory.getLogger(Dl4jBackboneProvider.class);

    private static final String COMPACT = "compact";

    @Override
    public Set<String> names() {
        return Set.of(COMPACT);
    }

    @Override
    public void requireDevice(ComputeDevice device) {
        Nd4jRuntime.start(device);
    }

    @Override
    public Backbone create(String name, long seed, OptimizerSettings settings, int threads, ComputeDevice device) {
        if (!name.equals(COMPACT)) {
            throw new IllegalArgumentException("unknown backbone '%s'".formatted(name));
        }
        Nd4jRuntime runtime = Nd4jRuntime.start(device);
        var backbone = new Dl4jBackbone(name, CompactNet.standard(), seed, settings, threads, runtime);
        log.info("Backbone {} on {}", name, backbone.backend());
        if (!backbone.backend().accelerated()) {
            log.warn("The accelerated kernels are not in use: training will be many times slower");
        }
        return backbone;
    }
}
