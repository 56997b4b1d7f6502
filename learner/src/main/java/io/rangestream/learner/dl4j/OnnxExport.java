package io.rangestream.learner.dl4j;

import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.dl4j.ParameterLayout.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.shade.protobuf.ByteString;

/**
 * Writes a compact network as an ONNX file: opset 17, batch norm folded into the convolutions, input {@code images} [n, 3, size, size],
 * output {@code embeddings} [n, dim] of length one. The file depends on the weights only.
 */
final class OnnxExport {

    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;
    private static final double NORM_EPSILON = 1e-5;

    /** Keeps a zero embedding from becoming NaN; as in PyTorch's {@code normalize}. */
    private static final float SMALLEST_LENGTH = 1e-12f;

    private final BackboneSpec spec;
    private final CompactNet net;
    private final ParameterLayout layout;
    private final float[] weights;
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("rangestream");

    OnnxExport(BackboneSpec spec, CompactNet net, ParameterLayout layout, float[] weights) {
        this.spec = spec;
        this.net = net;
        this.layout = layout;
        this.weights = weights;
    }

    byte[] bytes() {
        graph.addInput(value(CompactNet.INPUT, 3, spec.inputSize(), spec.inputSize()));
        String features = network();
        String flat = node("Flatten", "flat", List.of(features), integer("axis", 1));
        normalised(linear(flat));
        graph.addOutput(value("embeddings", spec.embeddingDim()));
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("rangestream")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph)
                .addMetadataProps(property("backbone", spec.name()))
                .addMetadataProps(property("embedding_dim", String.valueOf(spec.embeddingDim())))
                .addMetadataProps(property("input_size", String.valueOf(spec.inputSize())))
                .addMetadataProps(property("preprocessing", "RGB, NCHW, (v - 127.5) / 128"))
                .addMetadataProps(property("normalisation", "L2"))
                .build()
                .toByteArray();
    }

    private String network() {
        String from = prelu("stem-prelu", convolution("stem", CompactNet.INPUT));
        for (int b = 0; b < net.blocks(); b++) {
            String name = CompactNet.blockName(b);
            String inner = prelu(name + "-a-prelu", convolution(name + "-a", from));
            String residual = convolution(name + "-b", inner);
            String shortcut = net.hasProjection(b) ? convolution(name + "-short", from) : from;
            from = prelu(name + "-prelu", node("Add", name + "-sum", List.of(residual, shortcut)));
        }
        return from;
    }

    /** A convolution with the batch norm behind it folded in: w·γ/√(v + ε) and β − m·γ/√(v + ε). */
    private String convolution(String name, String from) {
        Segment kernel = layout.find(name, "W");
        int out = layout.find(name + "-norm", "gamma").length();
        int perOutput = kernel.length() / out;
        float[] gamma = values(name + "-norm", "gamma");
        float[] beta = values(name + "-norm", "beta");
        float[] mean = values(name + "-norm", "mean");
        float[] variance = values(name + "-norm", "var");
        float[] folded = values(name, "W");
        var bias = new float[out];
        for (int o = 0; o < out; o++) {
            double scale = gamma[o] / Math.sqrt(variance[o] + NORM_EPSILON);
            bias[o] = (float) (beta[o] - mean[o] * scale);
            for (int i = o * perOutput; i < (o + 1) * perOutput; i++) {
                folded[i] = (float) (folded[i] * scale);
            }
        }
        CompactNet.Convolution shape = net.convolution(name);
        int side = shape.kernel();
        int pad = side / 2;
        return node(
                "Conv",
                name,
                List.of(
                        from,
                        tensor(name + ".weight", folded, out, shape.in(), side, side),
                        tensor(name + ".bias", bias, out)),
                integers("kernel_shape", side, side),
                integers("strides", shape.stride(), shape.stride()),
                integers("pads", pad, pad, pad, pad));
    }

    private String prelu(String name, String from) {
        float[] slope = values(name, "W");
        return node("PRelu", name, List.of(from, tensor(name + ".slope", slope, slope.length, 1, 1)));
    }

    /** DL4J keeps the matrix [in, out] column-major, which is [out, in] row-major. */
    private String linear(String from) {
        String name = EmbeddingGraph.OUTPUT;
        float[] matrix = values(name, "W");
        return node(
                "Gemm",
                "linear",
                List.of(
                        from,
                        tensor(name + ".weight", matrix, spec.embeddingDim(), matrix.length / spec.embeddingDim()),
                        tensor(name + ".bias", values(name, "b"), spec.embeddingDim())),
                integer("transB", 1));
    }

    private void normalised(String from) {
        String length = node("ReduceL2", "length", List.of(from), integers("axes", 1), integer("keepdims", 1));
        String floor = tensor("smallest_length", new float[] {SMALLEST_LENGTH}, 1);
        node("Div", "embeddings", List.of(from, node("Max", "divisor", List.of(length, floor))));
    }

    private float[] values(String layer, String key) {
        Segment s = layout.find(layer, key);
        return Arrays.copyOfRange(weights, s.offset(), s.end());
    }

    /** Adds an operation whose single output has its name. */
    private String node(String type, String name, List<String> inputs, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType(type)
                .setName(name)
                .addAllInput(inputs)
                .addOutput(name)
                .addAllAttribute(List.of(attributes)));
        return name;
    }

    private String tensor(String name, float[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        var tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .setRawData(ByteString.copyFrom(raw.array()));
        Arrays.stream(shape).forEach(tensor::addDims);
        graph.addInitializer(tensor);
        return name;
    }

    /** A float value whose first dimension is the free batch size {@code n}. */
    private static ValueInfoProto value(String name, long... shape) {
        var dims = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("n"));
        for (long dim : shape) {
            dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
        }
        var tensor = TypeProto.Tensor.newBuilder()
                .setElemType(TensorProto.DataType.FLOAT_VALUE)
                .setShape(dims);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    private static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private static AttributeProto integers(String name, long... values) {
        var attribute = AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return attribute.build();
    }

    private static StringStringEntryProto property(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
