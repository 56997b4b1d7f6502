package io.rangestream.schemas.storage;

import io.rangestream.schemas.hash.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects as the files of a directory. A file is written beside its place, synced, renamed, and the rename synced, so that
 * neither a killed process nor a machine that loses power leaves half of one.
 */
public final class DirectoryStore implements ObjectStore {
    private static final Logger log = LoggerFactory.getLogger(DirectoryStore.class);
    private static final int BUFFER = 1 << 16;

    private final Path directory;

    /** @param directory made when the first object is stored */
    public DirectoryStore(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    @Override
    public URI uri(String name) {
        return file(name).toUri();
    }

    @Override
    public void put(String name, ObjectContent content) throws IOException {
        Path file = file(name);
        Path parent = parent(file);
        Path temporary = parent.resolve(".%s.%s.part".formatted(file.getFileName(), UUID.randomUUID()));
        try {
            Files.createDirectories(parent);
            write(content, temporary);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            sync(parent);
        } catch (IOException e) {
            throw failure(file, "cannot be written", e);
        } finally {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                log.debug("{} is left behind", temporary, e);
            }
        }
    }

    @Override
    public InputStream open(String name) throws IOException {
        Path file = file(name);
        try {
            return Files.newInputStream(file);
        } catch (NoSuchFileException e) {
            throw new ObjectNotFoundException(file.toUri());
        } catch (IOException e) {
            throw failure(file, "cannot be read", e);
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(file(name));
    }

    @Override
    public void delete(String name) throws IOException {
        Path file = file(name);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failure(file, "cannot be deleted", e);
        }
    }

    @Override
    public List<String> list(String prefix) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .map(file -> directory.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw failure(directory, "cannot be listed", e);
        }
    }

    @Override
    public void close() {
        // Nothing is open between calls.
    }

    private static void write(ObjectContent content, Path temporary) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = content.source().open();
                FileChannel channel =
                        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream out = new DigestOutputStream(Channels.newOutputStream(channel), digest)) {
            var buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
            channel.force(true);
        }
        String written = HexFormat.of().formatHex(digest.digest());
        if (!written.equals(content.sha256())) {
            throw new IOException("its bytes have the SHA-256 %s, not %s".formatted(written, content.sha256()));
        }
    }

    private Path file(String name) {
        return directory.resolve(ObjectName.require(name));
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " is in no directory");
        }
        return parent;
    }

    /** Not every platform lets a directory be opened. */
    private static void sync(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            log.debug("cannot sync {}", directory, e);
        }
    }

    /** The message of a file system's exception is often the path alone. */
    private static IOException failure(Path file, String what, IOException e) {
        String reason = e.getMessage();
        if (e instanceof FileSystemException system) {
            reason = system.getReason() == null ? e.getClass().getSimpleName() : system.getReason();
        }
        return new IOException("%s %s: %s".formatted(file.toUri(), what, reason), e);
    }
}
