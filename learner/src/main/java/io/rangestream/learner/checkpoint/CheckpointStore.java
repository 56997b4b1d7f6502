package io.rangestream.learner.checkpoint;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints in a folder. A file appears whole or not at all (temporary file, fsync, rename) and ends with the SHA-256 of
 * what comes before, so that a damaged one is refused.
 *
 * <p>Two kinds: one per version, written before the version is published and named by it and by its hash, so that a learner
 * that has lost its partition unawares cannot replace the one that was committed; and one for the batch in hand, written when
 * the learner stops between versions.
 */
public final class CheckpointStore {
    private static final Logger log = LoggerFactory.getLogger(CheckpointStore.class);
    private static final String IN_HAND = "in-hand";
    private static final String SUFFIX = ".ckpt";
    private static final Pattern VERSION = Pattern.compile("version-([0-9]{8,18})-[0-9a-f]+\\.ckpt");
    private static final int HASH_IN_NAME = 16;

    private final Path directory;

    /** Writes the content of a checkpoint. */
    @FunctionalInterface
    public interface Writer {
        void write(DataOutput out) throws IOException;
    }

    /** Reads the content of a checkpoint. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(DataInput in) throws IOException;
    }

    /** @throws CheckpointException if the folder cannot be made or written to */
    public CheckpointStore(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
            deleteLeftovers();
        } catch (IOException e) {
            throw new CheckpointException(
                    "checkpoint.dir %s cannot be used: %s".formatted(directory, CheckpointFile.reason(e)), e);
        }
        if (!Files.isWritable(directory)) {
            throw new CheckpointException("checkpoint.dir %s is not writable".formatted(directory));
        }
    }

    /**
     * Writes the checkpoint of a version.
     *
     * @return its SHA-256, lower-case hexadecimal
     */
    public String writeVersion(long version, Writer writer) {
        return write(nameOf(version), hash -> fileName(version, hash), writer);
    }

    /** Writes the checkpoint of the batch in hand. */
    public void writeInHand(Writer writer) {
        write(IN_HAND, hash -> IN_HAND + SUFFIX, writer);
    }

    /**
     * Reads the checkpoint of a version.
     *
     * @param sha256 hash that it must have
     * @throws CheckpointException if it is missing, damaged or another one
     */
    public <T> T readVersion(long version, String sha256, Reader<T> reader) {
        Path file = directory.resolve(fileName(version, sha256));
        String actual = CheckpointFile.verify(file);
        if (!actual.equals(sha256)) {
            throw new CheckpointException("%s has the hash %s, but version %d was published with %s"
                    .formatted(file, actual, version, sha256));
        }
        return CheckpointFile.read(file, reader);
    }

    /**
     * Reads the checkpoint of the batch in hand, if there is a sound one.
     *
     * @throws CheckpointException if it is sound, but the reader cannot use it
     */
    public <T> Optional<T> readInHand(Reader<T> reader) {
        Path file = directory.resolve(IN_HAND + SUFFIX);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            CheckpointFile.verify(file);
        } catch (CheckpointException e) {
            log.warn("{}; training goes on from the last version", e.getMessage());
            return Optional.empty();
        }
        return Optional.of(CheckpointFile.read(file, reader));
    }

    /** Keeps the checkpoints of the last versions, and that of one more. */
    public void retain(long newest, int count, long alsoKeep) {
        for (Path file : versions()) {
            long version = versionOf(file);
            if (version <= newest - count && version != alsoKeep) {
                delete(file);
            }
        }
    }

    private String write(String name, UnaryOperator<String> fileByHash, Writer writer) {
        Path temporary = directory.resolve(name + SUFFIX + ".tmp");
        try {
            String hash = CheckpointFile.write(temporary, writer);
            Path target = directory.resolve(fileByHash.apply(hash));
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncDirectory();
            return hash;
        } catch (IOException e) {
            delete(temporary);
            throw new CheckpointException(
                    "cannot write the checkpoint %s in %s: %s".formatted(name, directory, CheckpointFile.reason(e)), e);
        }
    }

    private List<Path> versions() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file ->
                            VERSION.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparingLong(CheckpointStore::versionOf))
                    .toList();
        } catch (IOException e) {
            throw new CheckpointException("cannot list %s: %s".formatted(directory, CheckpointFile.reason(e)), e);
        }
    }

    private void deleteLeftovers() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(file -> file.getFileName().toString().endsWith(".ckpt.tmp"))
                    .forEach(CheckpointStore::delete);
        }
    }

    private static String nameOf(long version) {
        return "version-%08d".formatted(version);
    }

    private static String fileName(long version, String sha256) {
        return "%s-%s%s"
                .formatted(nameOf(version), sha256.substring(0, Math.min(HASH_IN_NAME, sha256.length())), SUFFIX);
    }

    private static long versionOf(Path file) {
        Matcher name = VERSION.matcher(file.getFileName().toString());
        return name.matches() ? Long.parseLong(name.group(1)) : -1;
    }

    /** Makes the rename durable; not every platform lets a directory be opened. */
    private void syncDirectory() {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            log.debug("cannot sync {}: {}", directory, CheckpointFile.reason(e));
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("cannot delete {}: {}", file, CheckpointFile.reason(e));
        }
    }
}
