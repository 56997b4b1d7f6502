package io.rangestream.learner.checkpoint;

import io.rangestream.schemas.storage.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Temporary files of a directory. A checkpoint is put together in one, as its hash has to be known before it is stored, and read
 * back to one, so that what was verified is what is used.
 */
final class Staging {
    private static final Logger log = LoggerFactory.getLogger(Staging.class);
    private static final String PREFIX = ".checkpoint-";
    private static final String SUFFIX = ".part";
    /** No write or read takes that long; a learner beside this one may be at it. */
    private static final Duration LEFT_BEHIND = Duration.ofHours(1);

    private final Path directory;

    /** Something done with a file. */
    @FunctionalInterface
    interface Use<T> {
        T with(Path file) throws IOException;
    }

    /** @throws CheckpointException if the directory cannot be made or written to */
    Staging(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
            deleteLeftovers();
        } catch (IOException e) {
            throw CheckpointException.unavailable(
                    "checkpoint.dir %s cannot be used: %s".formatted(directory, CheckpointFile.reason(e)), e);
        }
        if (!Files.isWritable(directory)) {
            throw CheckpointException.unavailable("checkpoint.dir %s is not writable".formatted(directory), null);
        }
    }

    /** Uses an empty file, which is gone afterwards. */
    <T> T write(Use<T> use) throws IOException {
        Path file = Files.createTempFile(directory, PREFIX, SUFFIX);
        try {
            return use.with(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Uses a copy of an object. */
    <T> T read(ObjectStore objects, String name, Use<T> use) throws IOException {
        try (InputStream in = objects.open(name)) {
            return write(file -> {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                return use.with(file);
            });
        }
    }

    /** What learners that were killed could not delete. */
    private void deleteLeftovers() throws IOException {
        Instant before = Instant.now().minus(LEFT_BEHIND);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.getFileName().toString().endsWith(SUFFIX))
                    .toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                    log.info("{} was left behind by a learner that was killed, and is deleted", file);
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
