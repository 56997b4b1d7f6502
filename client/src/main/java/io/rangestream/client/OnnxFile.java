package io.rangestream.client;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Looks through an ONNX file for tensors that lie outside of it. ONNX Runtime would read whatever file they name, or even an address in
 * memory, and a model comes from whoever may write to the topic. The field numbers are those of onnx.proto3. Not thread-safe.
 */
final class OnnxFile {
    /** Protobuf's own limit to messages within messages. */
    private static final int DEPTH = 100;

    private static final int EXTERNAL_DATA = 13;
    private static final int DATA_LOCATION = 14;

    private final InputStream in;
    private long at;

    /** The messages that a tensor may be in, and what of them is looked into. */
    private enum Message {
        MODEL,
        TRAINING,
        FUNCTION,
        GRAPH,
        NODE,
        ATTRIBUTE,
        SPARSE_TENSOR,
        TENSOR,
        OTHER;

        Message of(long field) {
            return switch (this) {
                case MODEL -> field == 7 ? GRAPH : field == 20 ? TRAINING : field == 25 ? FUNCTION : OTHER;
                case TRAINING -> field == 1 || field == 2 ? GRAPH : OTHER;
                case FUNCTION -> field == 7 ? NODE : field == 11 ? ATTRIBUTE : OTHER;
                case GRAPH -> field == 1 ? NODE : field == 5 ? TENSOR : field == 15 ? SPARSE_TENSOR : OTHER;
                case NODE -> field == 5 ? ATTRIBUTE : OTHER;
                case ATTRIBUTE ->
                    field == 5 || field == 10
                            ? TENSOR
                            : field == 6 || field == 11 ? GRAPH : field == 22 || field == 23 ? SPARSE_TENSOR : OTHER;
                case SPARSE_TENSOR -> field == 1 || field == 2 ? TENSOR : OTHER;
                case TENSOR, OTHER -> OTHER;
            };
        }
    }

    private OnnxFile(InputStream in) {
        this.in = in;
    }

    /**
     * Reads a file to its end; values are passed over.
     *
     * @throws InvalidModelException if a tensor lies outside of the file, or the file is no message
     */
    static void requireSelfContained(InputStream file) throws IOException {
        var buffered = new BufferedInputStream(file);
        try {
            new OnnxFile(buffered).look(Message.MODEL, Long.MAX_VALUE, 0);
        } catch (EOFException e) {
            throw new InvalidModelException("cannot be opened: it is cut off", e);
        }
    }

    private void look(Message message, long end, int depth) throws IOException {
        if (depth > DEPTH) {
            throw malformed();
        }
        while (at < end && !(depth == 0 && ended())) {
            long tag = varint();
            if (tag >>> 32 != 0 || tag >>> 3 == 0) {
                throw malformed();
            }
            long field = tag >>> 3;
            boolean external = message == Message.TENSOR && field == EXTERNAL_DATA;
            switch ((int) tag & 7) {
                case 0 -> external |= varint() != 0 && message == Message.TENSOR && field == DATA_LOCATION;
                case 1 -> skip(Long.BYTES);
                case 2 -> {
                    long length = varint();
                    if (length < 0 || length > Math.min(Integer.MAX_VALUE, end - at)) {
                        throw malformed();
                    }
                    Message inner = message.of(field);
                    if (inner == Message.OTHER) {
                        skip(length);
                    } else {
                        look(inner, at + length, depth + 1);
                    }
                }
                case 5 -> skip(Integer.BYTES);
                default -> throw malformed();
            }
            if (external) {
                throw new InvalidModelException("keeps weights outside of its file");
            }
        }
        if (at > end) {
            throw malformed();
        }
    }

    private boolean ended() throws IOException {
        in.mark(1);
        int next = in.read();
        in.reset();
        return next < 0;
    }

    private long varint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            at++;
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw malformed();
    }

    private void skip(long bytes) throws IOException {
        in.skipNBytes(bytes);
        at += bytes;
    }

    private static InvalidModelException malformed() {
        return new InvalidModelException("cannot be opened: it is not ONNX");
    }
}
