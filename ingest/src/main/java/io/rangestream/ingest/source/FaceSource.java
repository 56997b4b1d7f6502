package io.rangestream.ingest.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

    /**
     * Opens a folder, a tar (plain or gzipped) or a zip; an archive is told by its first bytes, not by its name. Crops
     * lie as {@code identity/file}, also below one further folder that holds everything. A gzipped tar is unpacked into a
     * temporary file first, as it cannot be read at random.
     *
     * @throws SourceException if there is no such file, it is no such archive, or no face is in it
     */
    static FaceSource open(Path path) {
        try {
            FaceSource source = Files.isDirectory(path) ? FolderSource.open(path) : openArchive(path);
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

    private static FaceSource openArchive(Path path) throws IOException {
        byte[] head;
        try (InputStream in = Files.newInputStream(path)) {
            head = in.readNBytes(TarSource.MAGIC_OFFSET + 5);
        }
        if (head.length >= 4 && head[0] == 'P' && head[1] == 'K' && (head[2] == 3 || head[2] == 5)) {
            return ZipSource.open(path);
        }
        if (head.length >= 2 && (head[0] & 0xFF) == 0x1F && (head[1] & 0xFF) == 0x8B) {
            return TarSource.openGzipped(path);
        }
        boolean tar = Arrays.equals(
                head,
                Math.min(TarSource.MAGIC_OFFSET, head.length),
                head.length,
                new byte[] {'u', 's', 't', 'a', 'r'},
                0,
                5);
        if (tar || path.toString().endsWith(".tar")) {
            return TarSource.open(path);
        }
        throw new SourceException("%s is neither a folder nor a tar, tar.gz or zip archive".formatted(path));
    }
}
