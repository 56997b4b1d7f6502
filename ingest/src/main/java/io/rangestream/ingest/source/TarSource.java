package io.rangestream.ingest.source;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/** Crops in a tar, read at the offsets that its headers give. */
final class TarSource implements FaceSource {
    /** Where {@code ustar} stands in a tar's first header (POSIX pax and GNU alike). */
    static final int MAGIC_OFFSET = 257;

    private static final int BLOCK_BYTES = 512;

    private final Path shown;
    private final FileChannel channel;
    private final List<FaceRef> faces;
    private final Rejections leftOut;

    private TarSource(Path shown, FileChannel channel, FaceIndex index) {
        this.shown = shown;
        this.channel = channel;
        this.faces = index.faces();
        this.leftOut = index.rejections();
    }

    static TarSource open(Path tar) throws IOException {
        return open(tar, FileChannel.open(tar, StandardOpenOption.READ));
    }

    static TarSource openGzipped(Path archive) throws IOException {
        Path unpacked = Files.createTempFile("rangestream-", ".tar");
        FileChannel channel;
        try {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(archive), 1 << 16);
                    OutputStream out = Files.newOutputStream(unpacked)) {
                in.transferTo(out);
            }
            channel = FileChannel.open(unpacked, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            Files.deleteIfExists(unpacked);
            throw e;
        }
        return open(archive, channel);
    }

    private static TarSource open(Path shown, FileChannel channel) throws IOException {
        try {
            return new TarSource(shown, channel, index(channel));
        } catch (IOException | IllegalArgumentException e) {
            channel.close();
            throw new IOException("no readable tar: " + SourceException.reason(e), e);
        }
    }

    private static FaceIndex index(FileChannel channel) throws IOException {
        var index = new FaceIndex();
        // Not closed: what it holds is the channel. Its own record size is of no account for a file.
        var tar = new TarFile(channel, BLOCK_BYTES, BLOCK_BYTES, StandardCharsets.UTF_8.name(), false);
        for (TarArchiveEntry entry : tar.getEntries()) {
            if (entry.isDirectory()) {
                continue;
            }
            if (!entry.isFile() || entry.isLink() || entry.isSymbolicLink() || entry.isSparse()) {
                index.reject(Reason.NOT_A_FILE, entry.getName());
            } else if (entry.getDataOffset() + entry.getSize() > channel.size()) {
                index.reject(Reason.UNREADABLE, entry.getName());
            } else {
                index.add(entry.getName(), entry.getSize(), entry.getDataOffset());
            }
        }
        return index;
    }

    @Override
    public String description() {
        return shown.toString();
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
        var bytes = ByteBuffer.allocate(Math.toIntExact(face.bytes()));
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, face.position() + bytes.position()) < 0) {
                throw new EOFException("the archive ends within %s".formatted(face.name()));
            }
        }
        return bytes.array();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
