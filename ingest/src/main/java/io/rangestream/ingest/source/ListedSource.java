package io.rangestream.ingest.source;

import io.rangestream.schemas.image.ImageLimits;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A folder or an archive once its paths are listed. */
final class ListedSource implements FaceSource {
    private final String description;
    private final List<FaceRef> faces;
    private final Rejections leftOut;
    private final List<String> notes;
    private final Content content;

    /** The bytes of what is listed. */
    interface Content extends Closeable {
        byte[] read(FaceRef face) throws IOException;
    }

    /** @param index complete */
    ListedSource(String description, FaceIndex index, Content content) {
        this.description = description;
        this.content = content;
        this.faces = index.faces();
        this.leftOut = index.rejections();
        this.notes = index.notes();
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public List<FaceRef> faces() {
        return faces;
    }

    @Override
    public Rejections leftOut() {
        return leftOut;
    }

    @Override
    public List<String> notes() {
        return notes;
    }

    @Override
    public byte[] read(FaceRef face) throws IOException {
        if (face.bytes() > ImageLimits.MAX_BYTES) {
            throw new IOException("%d bytes are no picture".formatted(face.bytes()));
        }
        return content.read(face);
    }

    @Override
    public void close() {
        try {
            content.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
