package io.rangestream.ingest.source;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Every rejection in a file: a line each, {@code file<TAB>reason<TAB>detail} in UTF-8, the reason as {@link Reason#key}. A
 * file that cannot be written any more ends no ingest; {@link #close} tells.
 */
public final class RejectionFile implements Rejections.Log, AutoCloseable {
    private final Path path;
    private final Writer writer;
    private @Nullable IOException failure;

    private RejectionFile(Path path, Writer writer) {
        this.path = path;
        this.writer = writer;
    }

    /**
     * Replaces what is there.
     *
     * @throws SourceException if it cannot be written
     */
    public static RejectionFile create(Path path) {
        try {
            return new RejectionFile(path, Files.newBufferedWriter(path));
        } catch (IOException e) {
            throw SourceException.unwritable(path, e);
        }
    }

    @Override
    public synchronized void rejected(Reason reason, String name, String detail) {
        if (failure == null) {
            try {
                writer.write("%s\t%s\t%s\n".formatted(name, reason.key(), detail.replace('\t', ' ')));
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    /** @throws SourceException if not every rejection could be written */
    @Override
    public synchronized void close() {
        try (writer) {
            if (failure != null) {
                throw failure;
            }
        } catch (IOException e) {
            throw SourceException.unwritable(path, e);
        }
    }
}
