package io.rangestream.learner.dl4j;

import io.rangestream.learner.architecture.Architecture;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.FwdPassType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A graph whose loss is computed outside. DL4J's own way to do that (external errors) reads activations from a workspace that is
 * already closed when batch norm and training workspaces meet; here the gradient at the embedding is asked for while the workspace
 * of the activations is open.
 */
final class EmbeddingGraph extends ComputationGraph {

    private static final long serialVersionUID = 1L;

    private transient @Nullable OutputGradient outputGradient;

    EmbeddingGraph(ComputationGraphConfiguration configuration) {
        super(configuration);
    }

    /** Where the gradient of the loss comes from. */
    interface OutputGradient {
        /**
         * Returns ∂L/∂embedding of the embedding's shape, or null to leave the backward pass out. Called with the workspace of the
         * activations open: neither array may be kept.
         */
        @Nullable
        INDArray at(INDArray embedding);
    }

    /** Runs forward, asks for the gradient and runs backward; the result is in {@link #getFlattenedGradients}. */
    void differentiate(INDArray input, OutputGradient gradient) {
        if (flattenedGradients == null) {
            initGradientsView();
        }
        setInput(0, input);
        outputGradient = gradient;
        try {
            computeGradientAndScore();
        } finally {
            outputGradient = null;
            clearLayersStates();
        }
    }

    @Override
    public void computeGradientAndScore() {
        OutputGradient source = outputGradient;
        if (source == null) {
            throw new IllegalStateException("this graph is trained with differentiate() only");
        }
        LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.builder()
                .with(ArrayType.ACTIVATIONS, WS_ALL_LAYERS_ACT, WS_ALL_LAYERS_ACT_CONFIG)
                .with(ArrayType.INPUT, WS_ALL_LAYERS_ACT, WS_ALL_LAYERS_ACT_CONFIG)
                .build();
        try (MemoryWorkspace activations = workspaces.notifyScopeEntered(ArrayType.ACTIVATIONS)) {
            Map<String, INDArray> all = ffToLayerActivationsInWS(
                    true, -1, new int[0], FwdPassType.STANDARD, false, getInputs(), null, null, false);
            INDArray epsilon = source.at(Objects.requireNonNull(all.get(Architecture.OUTPUT)));
            if (epsilon != null) {
                calcBackpropGradients(false, false, epsilon);
            }
        }
    }
}
