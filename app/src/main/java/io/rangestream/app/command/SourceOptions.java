package io.rangestream.app.command;

import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.synthetic.Population;
import io.rangestream.ingest.synthetic.SyntheticFaces;
import io.rangestream.schemas.config.ConfigurationException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens what a command is to read faces from. */
final class SourceOptions {
    private SourceOptions() {}

    /** A path, or synthetic faces if there is none. */
    static FaceSource open(@Nullable Path path, int identities, int faces, long seed) {
        if (path != null) {
            return FaceSource.open(path);
        }
        try {
            return new SyntheticFaces(Population.of(identities, faces), seed);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e);
        }
    }
}
