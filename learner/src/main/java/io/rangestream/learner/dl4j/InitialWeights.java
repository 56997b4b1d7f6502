package io.rangestream.learner.dl4j;

import io.rangestream.learner.architecture.Architecture;
import io.rangestream.learner.architecture.Initialisation;
import io.rangestream.learner.architecture.Node;
import io.rangestream.learner.dl4j.ParameterLayout.Role;
import io.rangestream.learner.dl4j.ParameterLayout.Segment;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;

/** Draws untrained weights as the {@link Initialisation} of an architecture says. Equal seeds give equal weights. */
final class InitialWeights {

    private static final float SLOPE = 0.25f;

    private final Initialisation initialisation;
    private final String embeddingLayer;
    private final Set<String> closedNorms;

    InitialWeights(Architecture architecture) {
        this.initialisation = architecture.initialisation();
        this.embeddingLayer = architecture.embeddingLayer().name();
        this.closedNorms = architecture.nodes().stream()
                .filter(node -> node instanceof Node.BatchNorm norm && norm.closed())
                .map(Node::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Values for the flat array of a layout. */
    float[] draw(ParameterLayout layout, long seed) {
        var random = new SplittableRandom(seed);
        var values = new float[layout.length()];
        int weightFanIn = 1;
        for (Segment s : layout.segments()) {
            if (s.role() == Role.WEIGHT) {
                weightFanIn = s.fanIn();
            }
            for (int i = s.offset(); i < s.end(); i++) {
                values[i] = switch (s.key()) {
                    case BatchNormalizationParamInitializer.GAMMA -> closedNorms.contains(s.layer()) ? 0f : 1f;
                    case BatchNormalizationParamInitializer.GLOBAL_VAR -> 1f;
                    case BatchNormalizationParamInitializer.BETA, BatchNormalizationParamInitializer.GLOBAL_MEAN -> 0f;
                    default -> s.role() == Role.SLOPE ? SLOPE : drawn(s, weightFanIn, random);
                };
            }
        }
        return values;
    }

    private float drawn(Segment s, int fanIn, SplittableRandom random) {
        if (initialisation == Initialisation.UNIFORM) {
            return (float) ((2 * random.nextDouble() - 1) * (1 / Math.sqrt(fanIn)));
        }
        if (s.role() == Role.BIAS) {
            return 0f;
        }
        double variance = (s.layer().equals(embeddingLayer) ? 1.0 : 2.0) / fanIn;
        return (float) (Math.sqrt(variance) * random.nextGaussian());
    }
}
