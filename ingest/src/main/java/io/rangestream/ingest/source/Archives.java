package io.rangestream.ingest.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Opens an archive by its first bytes, whatever its name. */
final class Archives {
    /** Where {@code ustar} stands in a tar's first header (POSIX pax and GNU alike). */
    private static final int MAGIC_OFFSET = 257;

    private static final byte[] USTAR = {'u', 's', 't', 'a', 'r'};

    private Archives() {}

    static FaceSource open(Path path, FaceIndex index) throws IOException {
        byte[] head;
        try (InputStream in = Files.newInputStream(path)) {
            head = in.readNBytes(MAGIC_OFFSET + USTAR.length);
        }
        boolean zip = head.length >= 4 && head[0] == 'P' && head[1] == 'K';
        if (zip && head[2] == 7) {
            throw new SourceException("%s is a part of a split zip: join its parts with zip -s 0".formatted(path));
        }
        if (zip && (head[2] == 3 || head[2] == 5)) {
            return ZipContent.open(path, index);
        }
        if (head.length >= 2 && (head[0] & 0xFF) == 0x1F && (head[1] & 0xFF) == 0x8B) {
            return gzippedTar(path, index);
        }
        int magic = Math.min(MAGIC_OFFSET, head.length);
        if (Arrays.equals(head, magic, head.length, USTAR, 0, USTAR.length)
                || path.toString().endsWith(".tar")) {
            return tar(path, FileChannel.open(path, StandardOpenOption.READ), index);
        }
        throw new SourceException("%s is neither a folder nor a tar, tar.gz or zip archive".formatted(path));
    }

    private static FaceSource gzippedTar(Path archive, FaceIndex index) throws IOException {
        Path unpacked = Files.createTempFile("rangestream-", ".tar");
        FileChannel channel;
        try {
            unpack(archive, unpacked);
            channel = FileChannel.open(unpacked, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            Files.deleteIfExists(unpacked);
            throw e;
        }
        return tar(archive, channel, index);
    }

    private static void unpack(Path archive, Path to) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(archive), 1 << 16);
                OutputStream out = Files.newOutputStream(to)) {
            in.transferTo(out);
        } catch (IOException e) {
            throw new IOException(
                    "unpacking it to %s failed: %s%s"
                            .formatted(to.getParent(), SourceException.reason(e), progress(Files.newInputStream(to))),
                    e);
        }
    }

    private static FaceSource tar(Path shown, FileChannel channel, FaceIndex index) throws IOException {
        try {
            return TarContent.open(shown.toString(), channel, index);
        } catch (IOException e) {
            String progress = progress(Channels.newInputStream(channel.position(0)));
            channel.close();
            throw new IOException(SourceException.reason(e) + progress, e);
        }
    }

    /** How far a damaged tar can be listed. */
    private static String progress(InputStream damaged) {
        int files = 0;
        String last = "";
        try (var tar = new TarArchiveInputStream(damaged)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                files += entry.isDirectory() ? 0 : 1;
                last = ", the last " + entry.getName().replaceAll("\\p{Cntrl}", "_");
            }
        } catch (IOException | RuntimeException e) {
            // As far as it goes.
        }
        return "; %d files can be listed%s".formatted(files, last);
    }
}
