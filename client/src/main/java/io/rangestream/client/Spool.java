package io.rangestream.client;

import io.rangestream.avro.Network;
import io.rangestream.schemas.hash.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * An artifact while it comes in: a file that takes pieces in any order, so that a model of any size passes through little memory.
 * Closing deletes the file, unless it was moved. Not thread-safe.
 */
final class Spool implements FetchedArtifact {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final FileAttribute<?>[] permissions;
    private FileChannel channel;
    private long end;

    /** Where a piece lies. */
    record Slice(long from, long length) {}

    private Spool(Path file, FileAttribute<?>... permissions) throws IOException {
        this.file = file;
        this.permissions = permissions;
        this.channel = create(file, permissions);
    }

    /**
     * In a new file of this name.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is something of that name
     */
    static Spool in(Path file) throws IOException {
        return new Spool(file);
    }

    /** In the system's folder for temporary files, readable by this user alone where the system knows users. */
    static Spool temporary() throws IOException {
        Path file =
                Path.of(System.getProperty("java.io.tmpdir"), "rangestream-model-%s.part".formatted(UUID.randomUUID()));
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new Spool(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : new Spool(file);
    }

    Path file() {
        return file;
    }

    @Override
    public OnnxEmbedder open(Network network, int threads) {
        return new OnnxEmbedder(file, network, threads);
    }

    /** Bytes written so far. */
    long length() {
        return end;
    }

    /** Writes a piece behind those before. */
    Slice append(ByteBuffer piece) throws IOException {
        ByteBuffer rest = piece.duplicate();
        var slice = new Slice(end, rest.remaining());
        while (rest.hasRemaining()) {
            end += channel.write(rest, end);
        }
        return slice;
    }

    /** Adds a piece to a hash. */
    void hash(Slice slice, Sha256 sha256) throws IOException {
        var buffer = ByteBuffer.allocate(BUFFER);
        long at = slice.from();
        long to = slice.from() + slice.length();
        while (at < to) {
            buffer.clear().limit((int) Math.min(BUFFER, to - at));
            int read = channel.read(buffer, at);
            if (read < 0) {
                throw new IOException("%s was cut off by someone else".formatted(file));
            }
            sha256.add(buffer.flip());
            at += read;
        }
    }

    /** Makes the file consist of these pieces in this order. */
    void arrange(List<Slice> slices) throws IOException {
        if (isArranged(slices)) {
            return;
        }
        Path sorted = file.resolveSibling("%s.%s.sorted".formatted(file.getFileName(), UUID.randomUUID()));
        try {
            long length = 0;
            try (var target = create(sorted, permissions)) {
                for (Slice slice : slices) {
                    for (long done = 0; done < slice.length(); ) {
                        done += channel.transferTo(slice.from() + done, slice.length() - done, target);
                    }
                    length += slice.length();
                }
            }
            channel.close();
            Files.move(sorted, file, StandardCopyOption.REPLACE_EXISTING);
            channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            end = length;
        } finally {
            Files.deleteIfExists(sorted);
        }
    }

    /** Gives the file another name for good, once it is safely on disk. What has that name already is replaced. */
    void moveTo(Path target) throws IOException {
        channel.force(true);
        channel.close();
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }

    private boolean isArranged(List<Slice> slices) {
        long next = 0;
        for (Slice slice : slices) {
            if (slice.from() != next) {
                return false;
            }
            next += slice.length();
        }
        return next == end;
    }

    /** Never what is there already: the folder may be everybody's, and a link in it lead anywhere. */
    private static FileChannel create(Path file, FileAttribute<?>... permissions) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                permissions);
    }
}
