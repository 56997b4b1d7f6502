package io.rangestream.learner.checkpoint;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The form of a checkpoint on disk: its content, then the SHA-256 of it. */
final class CheckpointFile {
    private static final int DIGEST_BYTES = 32;

    private CheckpointFile() {}

    /**
     * Writes a file and makes it durable.
     *
     * @return the hash of its content, lower-case hexadecimal
     */
    static String write(Path file, CheckpointStore.Writer writer) throws IOException {
        MessageDigest digest = sha256();
        byte[] hash;
        try (OutputStream out = Files.newOutputStream(file);
                var buffered = new BufferedOutputStream(out, 1 << 16)) {
            var content = new DataOutputStream(new DigestOutputStream(buffered, digest));
            writer.write(content);
            content.flush();
            hash = digest.digest();
            buffered.write(hash);
        }
        sync(file);
        return HexFormat.of().formatHex(hash);
    }

    /** The file's hash, after comparing it with its content. */
    static String verify(Path file) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            long content = Files.size(file) - DIGEST_BYTES;
            if (content < 0) {
                throw new CheckpointException("%s is truncated".formatted(file));
            }
            MessageDigest digest = sha256();
            var buffer = new byte[1 << 16];
            for (long left = content; left > 0; ) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new CheckpointException("%s is truncated".formatted(file));
                }
                digest.update(buffer, 0, read);
                left -= read;
            }
            byte[] hash = digest.digest();
            if (!MessageDigest.isEqual(hash, in.readNBytes(DIGEST_BYTES))) {
                throw new CheckpointException("%s is damaged: its hash does not fit its content".formatted(file));
            }
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchFileException e) {
            throw new CheckpointException(
                    "%s is missing: training cannot continue from the version it belongs to".formatted(file), e);
        } catch (IOException e) {
            throw new CheckpointException("cannot read the checkpoint %s: %s".formatted(file, reason(e)), e);
        }
    }

    static <T> T read(Path file, CheckpointStore.Reader<T> reader) {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            return reader.read(in);
        } catch (IOException e) {
            throw new CheckpointException("%s cannot be used: %s".formatted(file, reason(e)), e);
        }
    }

    /** The message of a file system's exception is often the path alone. */
    static String reason(IOException e) {
        if (e instanceof FileSystemException && ((FileSystemException) e).getReason() == null) {
            return e.getClass().getSimpleName() + ": " + e.getMessage();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
