package io.rangestream.ingest.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Crops in a zip archive, read through its central directory. */
final class ZipSource implements FaceSource {
    private final Path path;
    private final ZipFile zip;
    private final List<ZipEntry> entries;
    private final List<FaceRef> faces;
    private final Rejections leftOut;

    private ZipSource(Path path, ZipFile zip, List<ZipEntry> entries, FaceIndex index) {
        this.path = path;
        this.zip = zip;
        this.entries = entries;
        this.faces = index.faces();
        this.leftOut = index.rejections();
    }

    static ZipSource open(Path path) throws IOException {
        var zip = new ZipFile(path.toFile());
        var index = new FaceIndex();
        List<ZipEntry> entries = new ArrayList<>();
        Enumeration<? extends ZipEntry> all = zip.entries();
        while (all.hasMoreElements()) {
            ZipEntry entry = all.nextElement();
            if (!entry.isDirectory()) {
                index.add(entry.getName(), entry.getSize(), entries.size());
                entries.add(entry);
            }
        }
        return new ZipSource(path, zip, entries, index);
    }

    @Override
    public String description() {
        return path.toString();
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
    public byte[] read(FaceRef face) throws IOException {
        try (InputStream in = zip.getInputStream(entries.get((int) face.position()))) {
            // The directory's size was checked against the limit; a packed entry that unfolds to more must not.
            int expected = Math.toIntExact(face.bytes());
            byte[] bytes = in.readNBytes(expected);
            if (bytes.length != expected || in.read() >= 0) {
                throw new IOException("it is not the %d bytes that the archive's directory says".formatted(expected));
            }
            return bytes;
        }
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
