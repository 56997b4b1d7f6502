package io.rangestream.learner.checkpoint;

import io.rangestream.schemas.hash.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** The form of a checkpoint: its content, then the SHA-256 of it. */
final class CheckpointFile {
    private static final int DIGEST_BYTES = 32;
    private static final int BUFFER = 1 << 16;

    private CheckpointFile() {}

    /**
     * What a file holds.
     *
     * @param content hash of the content, which is the checkpoint's, lower-case hexadecimal
     * @param whole hash of all bytes
     */
    record Hashes(String content, String whole) {}

    static Hashes write(Path file, CheckpointStore.Writer writer) throws IOException {
        MessageDigest content = Sha256.digest();
        MessageDigest whole = Sha256.digest();
        try (OutputStream out = Files.newOutputStream(file);
                var buffered = new BufferedOutputStream(new DigestOutputStream(out, whole), BUFFER)) {
            var data = new DataOutputStream(new DigestOutputStream(buffered, content));
            writer.write(data);
            data.flush();
            byte[] hash = content.digest();
            buffered.write(hash);
            buffered.flush();
            return new Hashes(hex(hash), hex(whole.digest()));
        }
    }

    /**
     * Compares a file's hash with its content.
     *
     * @param name of the checkpoint, for messages
     * @return the hash
     */
    static String verify(Path file, Object name) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            long content = Files.size(file) - DIGEST_BYTES;
            if (content < 0) {
                throw CheckpointException.refused("%s is truncated".formatted(name), null);
            }
            MessageDigest digest = Sha256.digest();
            var buffer = new byte[BUFFER];
            for (long left = content; left > 0; ) {
                int read = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
                digest.update(buffer, 0, read);
                left -= read;
            }
            byte[] hash = digest.digest();
            if (!MessageDigest.isEqual(hash, in.readNBytes(DIGEST_BYTES))) {
                throw CheckpointException.refused(
                        "%s is damaged: its hash does not fit its content".formatted(name), null);
            }
            return hex(hash);
        }
    }

    /** Reads the content of a file that was verified. */
    static <T> T read(Path file, Object name, CheckpointStore.Reader<T> reader) {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER))) {
            return reader.read(in);
        } catch (IOException e) {
            throw CheckpointException.refused("%s cannot be used: %s".formatted(name, reason(e)), e);
        }
    }

    /** The message of a file system's exception is often the path alone. */
    static String reason(IOException e) {
        if (e instanceof FileSystemException system && system.getReason() == null) {
            return e.getClass().getSimpleName() + ": " + e.getMessage();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }
}
