package io.rangestream.learner.checkpoint;

import io.rangestream.schemas.storage.DirectoryStore;
import io.rangestream.schemas.storage.ObjectContent;
import io.rangestream.schemas.storage.ObjectNotFoundException;
import io.rangestream.schemas.storage.ObjectStore;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints of one model's training. Each appears whole or not at all and ends with the SHA-256 of what comes before, so that a
 * damaged one is refused.
 *
 * <p>Two kinds: one per version, written before the version is published and named by it and by its hash, so that a learner
 * that has lost its partition unawares cannot replace the one that was committed; and one for the batch in hand, written now
 * and then between versions and when the learner stops, and used only if it continues the last version.
 */
public final class CheckpointStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CheckpointStore.class);
    private static final String SUFFIX = ".ckpt";
    private static final String IN_HAND = "in-hand" + SUFFIX;
    private static final Pattern VERSION = Pattern.compile("version-([0-9]{8,18})-[0-9a-f]+\\.ckpt");
    private static final int HASH_IN_NAME = 16;

    private final ObjectStore objects;
    private final Staging staging;

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

    /**
     * @param objects where checkpoints are kept; closed with this
     * @param directory where they are put together, and read back to
     * @throws CheckpointException if the directory cannot be made or written to
     */
    public CheckpointStore(ObjectStore objects, Path directory) {
        this.objects = objects;
        this.staging = new Staging(directory);
    }

    /**
     * Checkpoints as files of a directory.
     *
     * @throws CheckpointException if it cannot be made or written to
     */
    public static CheckpointStore in(Path directory) {
        return new CheckpointStore(new DirectoryStore(directory), directory);
    }

    /**
     * Stores something, reads it back and removes it again.
     *
     * @throws CheckpointException if that does not work, which is then better known at the start than when the other learner is gone
     */
    public void probe() {
        String name = "probe-" + UUID.randomUUID();
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        try {
            objects.put(name, ObjectContent.of(bytes));
            try (InputStream in = objects.open(name)) {
                if (!Arrays.equals(bytes, in.readAllBytes())) {
                    throw new IOException("%s is not what was written".formatted(objects.uri(name)));
                }
            }
            objects.delete(name);
        } catch (IOException e) {
            throw CheckpointException.unavailable("checkpoints cannot be kept: " + e.getMessage(), e);
        }
    }

    /**
     * Writes the checkpoint of a version.
     *
     * @return its SHA-256, lower-case hexadecimal
     */
    public String writeVersion(long version, Writer writer) {
        return write(hash -> name(version, hash), "version %d".formatted(version), writer);
    }

    /** Writes the checkpoint of the batch in hand. */
    public void writeInHand(Writer writer) {
        write(hash -> IN_HAND, "the batch in hand", writer);
    }

    /**
     * Reads the checkpoint of a version.
     *
     * @param sha256 hash that it must have
     * @throws CheckpointException if it is missing, damaged or another one, or the reader cannot use it
     */
    public <T> T readVersion(long version, String sha256, Reader<T> reader) {
        String name = name(version, sha256);
        try {
            return staging.read(objects, name, file -> {
                String actual = CheckpointFile.verify(file, objects.uri(name));
                if (!actual.equals(sha256)) {
                    throw CheckpointException.refused(
                            "%s has the hash %s, but version %d was published with %s"
                                    .formatted(objects.uri(name), actual, version, sha256),
                            null);
                }
                return CheckpointFile.read(file, objects.uri(name), reader);
            });
        } catch (ObjectNotFoundException e) {
            throw CheckpointException.refused(
                    "the checkpoint of version %d is missing: %s".formatted(version, e.getMessage()), e);
        } catch (IOException e) {
            throw CheckpointException.unavailable(
                    "the checkpoint of version %d cannot be read: %s".formatted(version, CheckpointFile.reason(e)), e);
        }
    }

    /**
     * Reads the checkpoint of the batch in hand, if there is a sound one.
     *
     * @throws CheckpointException if it is sound, but the reader cannot use it
     */
    public <T> Optional<T> readInHand(Reader<T> reader) {
        try {
            return staging.read(objects, IN_HAND, file -> {
                try {
                    CheckpointFile.verify(file, objects.uri(IN_HAND));
                } catch (CheckpointException e) {
                    log.warn("{}; training goes on from the last version", e.getMessage());
                    return Optional.empty();
                }
                return Optional.of(CheckpointFile.read(file, objects.uri(IN_HAND), reader));
            });
        } catch (ObjectNotFoundException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw CheckpointException.unavailable(
                    "the checkpoint of the batch in hand cannot be read: %s".formatted(CheckpointFile.reason(e)), e);
        }
    }

    /**
     * Removes the checkpoint of the batch in hand, if there is one.
     *
     * @throws CheckpointException if it may still be there
     */
    public void discardInHand() {
        try {
            objects.delete(IN_HAND);
        } catch (IOException e) {
            throw CheckpointException.unavailable(
                    "the checkpoint of the batch in hand cannot be removed: %s".formatted(CheckpointFile.reason(e)), e);
        }
    }

    /** The versions of which there is a checkpoint. */
    public Set<Long> versions() {
        var versions = new TreeSet<Long>();
        names().forEach(name -> versions.add(versionOf(name)));
        return versions;
    }

    /** Whether there is no checkpoint at all. */
    public boolean isEmpty() {
        return list("").stream().noneMatch(name -> name.endsWith(SUFFIX));
    }

    /** Where they are kept, for messages. */
    public String location() {
        return objects.uri(IN_HAND).resolve(".").toString();
    }

    /** Keeps the checkpoints of the last versions, and those of some more. */
    public void retain(long newest, int count, Set<Long> alsoKeep) {
        for (String name : names()) {
            long version = versionOf(name);
            if (version <= newest - count && !alsoKeep.contains(version)) {
                delete(name);
            }
        }
    }

    @Override
    public void close() {
        objects.close();
    }

    private String write(UnaryOperator<String> nameByHash, String what, Writer writer) {
        try {
            return staging.write(file -> {
                CheckpointFile.Hashes hashes = CheckpointFile.write(file, writer);
                objects.put(nameByHash.apply(hashes.content()), ObjectContent.of(file, hashes.whole()));
                return hashes.content();
            });
        } catch (IOException e) {
            throw CheckpointException.unavailable(
                    "cannot write the checkpoint of %s: %s".formatted(what, CheckpointFile.reason(e)), e);
        }
    }

    private List<String> names() {
        return list("version-").stream()
                .filter(name -> VERSION.matcher(name).matches())
                .toList();
    }

    private List<String> list(String prefix) {
        try {
            return objects.list(prefix);
        } catch (IOException e) {
            throw CheckpointException.unavailable("checkpoints cannot be listed: " + e.getMessage(), e);
        }
    }

    private void delete(String name) {
        try {
            objects.delete(name);
        } catch (IOException e) {
            log.warn("{}", e.getMessage());
        }
    }

    private static String name(long version, String sha256) {
        return "version-%08d-%s.ckpt".formatted(version, sha256.substring(0, Math.min(HASH_IN_NAME, sha256.length())));
    }

    private static long versionOf(String name) {
        Matcher matcher = VERSION.matcher(name);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }
}
