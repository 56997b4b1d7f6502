package io.rangestream.ingest.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Labelled face crops: an index first, so that they can be put in any order without holding an image, then the bytes of
 * one crop at a time. Not thread-safe.
 */
public interface FaceSource extends AutoCloseable {

    /** What is read, for people: a path, or what makes the faces up. */
    String description();

    /** Every crop, sorted by identity, then by name. */
    List<FaceRef> faces();

    /** The files that the index left out, with the reason. */
    Rejections leftOut();

    /**
     * The encoded image.
     *
     * @param face one of {@link #faces()}
     * @throws IOException if this crop cannot be read; others may still be readable
     */
    byte[] read(FaceRef face) throws IOException;

    @Override
    void close();

    /** How the paths were understood, where that is not plain. A line each. */
    default List<String> notes() {
        return List.of();
    }

    /** Like {@link #open(Path, PathCharset, Rejections)}, with names in UTF-8. */
    static FaceSource open(Path path) {
        return open(path, PathCharset.DEFAULT, new Rejections());
    }

    /**
     * Opens a folder, a tar (plain or gzipped) or a zip; an archive is told by its first bytes, not by its name. Crops
     * lie as {@code identity/file}, also below one further folder that holds everything. A gzipped tar is unpacked into a
     * temporary file first, as it cannot be read at random.
     *
     * @param charset what the names are in
     * @param leftOut gets the files that are left out
     * @throws SourceException if there is no such file, it is no such archive, or no face is in it
     */
    static FaceSource open(Path path, PathCharset charset, Rejections leftOut) {
        var index = new FaceIndex(charset, leftOut);
        try {
            FaceSource source = Files.isDirectory(path) ? FolderContent.open(path, index) : Archives.open(path, index);
            if (source.faces().isEmpty()) {
                source.close();
                throw new SourceException("no faces in %s: crops lie as identity/file, and %s"
                        .formatted(path, FaceIndex.summary(source.leftOut())));
            }
            return source;
        } catch (IOException e) {
            throw SourceException.unreadable(path, e);
        }
    }
}
