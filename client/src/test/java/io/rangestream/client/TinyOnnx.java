package io.rangestream.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A linear embedding as an ONNX file, written field by field: {@code embeddings = L2(Flatten(images) · weights)}. The field
 * numbers are those of onnx.proto3 (ONNX IR version 8, operator set 13).
 */
final class TinyOnnx {
    static final int SIDE = 4;
    static final int DIM = 2;
    static final int INPUTS = 3 * SIDE * SIDE;

    private static final int FLOAT = 1;

    private TinyOnnx() {}

    /** Each embedding is the normalised vector of two weighted sums of the input. */
    static byte[] of(float[][] weights) {
        var values = ByteBuffer.allocate(INPUTS * DIM * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int input = 0; input < INPUTS; input++) {
            for (int output = 0; output < DIM; output++) {
                values.putFloat(weights[output][input]);
            }
        }
        return model(new Message()
                .message(1, node("Flatten", "images", "flat").message(5, attribute("axis", 1)))
                .message(1, node("MatMul", "flat", "sums").text(1, "weights"))
                .message(5, matrix("weights", INPUTS, DIM, values.array())));
    }

    /** As {@link #of}, with weights that are in another file: {@code [INPUTS, DIM]}, as that file has them. */
    static byte[] external(String location) {
        var weights = new Message()
                .number(1, INPUTS)
                .number(1, DIM)
                .number(2, FLOAT)
                .text(8, "weights")
                .message(13, new Message().text(1, "location").text(2, location))
                .number(14, 1);
        return model(new Message()
                .message(1, node("Flatten", "images", "flat").message(5, attribute("axis", 1)))
                .message(1, node("MatMul", "flat", "sums").text(1, "weights"))
                .message(5, weights));
    }

    /** As {@link #external}, with the weights in an attribute of a node. */
    static byte[] externalConstant(String location) {
        var weights = new Message()
                .number(1, INPUTS)
                .number(1, DIM)
                .number(2, FLOAT)
                .message(13, new Message().text(1, "location").text(2, location))
                .number(14, 1);
        return model(new Message()
                .message(
                        1,
                        new Message()
                                .text(2, "weights")
                                .text(4, "Constant")
                                .message(
                                        5,
                                        new Message()
                                                .text(1, "value")
                                                .message(5, weights)
                                                .number(20, 4)))
                .message(1, node("Flatten", "images", "flat").message(5, attribute("axis", 1)))
                .message(1, node("MatMul", "flat", "sums").text(1, "weights")));
    }

    /** Embeds every crop as (cos, sin) of this angle, whatever it shows, as long as it is not grey throughout. */
    static byte[] constant(double angle) {
        var weights = new float[DIM][INPUTS];
        // The blue plane's last pixel less its first: any picture that differs there.
        weights[0][INPUTS - 1] = (float) Math.cos(angle);
        weights[1][INPUTS - 1] = (float) Math.sin(angle);
        return of(weights);
    }

    /** As {@link #constant}, with so many hidden units in between, of which one does something: 200 bytes of weights each. */
    static byte[] heavy(double angle, int units) {
        var in = ByteBuffer.allocate(INPUTS * units * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        in.putFloat((INPUTS - 1) * units * Float.BYTES, 1);
        var out = ByteBuffer.allocate(units * DIM * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.putFloat((float) Math.cos(angle)).putFloat((float) Math.sin(angle));
        return model(new Message()
                .message(1, node("Flatten", "images", "flat").message(5, attribute("axis", 1)))
                .message(1, node("MatMul", "flat", "hidden").text(1, "in"))
                .message(1, node("MatMul", "hidden", "sums").text(1, "out"))
                .message(5, matrix("in", INPUTS, units, in.array()))
                .message(5, matrix("out", units, DIM, out.array())));
    }

    private static Message matrix(String name, int rows, int columns, byte[] values) {
        return new Message()
                .number(1, rows)
                .number(1, columns)
                .number(2, FLOAT)
                .text(8, name)
                .bytes(9, values);
    }

    /** A graph that ends in {@code sums}, normalised. */
    private static byte[] model(Message graph) {
        graph.message(
                        1,
                        node("LpNormalization", "sums", "embeddings")
                                .message(5, attribute("axis", 1))
                                .message(5, attribute("p", 2)))
                .text(2, "tiny")
                .message(11, value("images", 3, SIDE, SIDE))
                .message(12, value("embeddings", DIM));
        return new Message()
                .number(1, 8)
                .message(7, graph)
                .message(8, new Message().text(1, "").number(2, 13))
                .toByteArray();
    }

    private static Message node(String operator, String input, String output) {
        return new Message().text(1, input).text(2, output).text(4, operator);
    }

    private static Message attribute(String name, int value) {
        return new Message().text(1, name).number(3, value).number(20, 2);
    }

    private static Message value(String name, int... dimensions) {
        var shape = new Message().message(1, new Message().text(2, "n"));
        for (int dimension : dimensions) {
            shape.message(1, new Message().number(1, dimension));
        }
        var tensor = new Message().number(1, FLOAT).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    /** Just enough of the protobuf wire format: varints and length-delimited fields. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint(field << 3);
            varint(value);
            return this;
        }

        Message bytes(int field, byte[] value) {
            varint(field << 3 | 2);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.toByteArray());
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F) | 0x80);
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}
