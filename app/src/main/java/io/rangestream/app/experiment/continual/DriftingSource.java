package io.rangestream.app.experiment.continual;

import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.source.Rejections;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * A source some of whose faces have drifted. The underlying source stays its owner's to close.
 *
 * @param drifted names of those faces
 */
record DriftingSource(FaceSource source, Set<String> drifted, Drift drift) implements FaceSource {
    @Override
    public String description() {
        return source.description();
    }

    @Override
    public List<FaceRef> faces() {
        return source.faces();
    }

    @Override
    public Rejections leftOut() {
        return source.leftOut();
    }

    @Override
    public byte[] read(FaceRef face) throws IOException {
        byte[] image = source.read(face);
        return drifted.contains(face.name()) ? drift.apply(face.name(), image) : image;
    }

    @Override
    public void close() {}
}
