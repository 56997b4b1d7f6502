package io.rangestream.ingest.source;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.jspecify.annotations.Nullable;

/**
 * Entries of a tar, read at the offsets that its headers give. A link is the file of the archive that it leads to; two entries of
 * one name are two files.
 */
final class TarContent implements ListedSource.Content {
    private static final int BLOCK_BYTES = 512;
    private static final int MAX_LINKS = 8;

    private final FileChannel channel;

    private TarContent(FileChannel channel) {
        this.channel = channel;
    }

    /** @param channel stays the caller's if this throws */
    static FaceSource open(String shown, FileChannel channel, FaceIndex index) throws IOException {
        // Any bytes are text in ISO 8859-1, and can be had back from it.
        List<TarArchiveEntry> entries = entries(channel, StandardCharsets.ISO_8859_1);
        boolean ascii = entries.stream().allMatch(entry -> isAscii(entry.getName()));
        // Pax headers are UTF-8 whatever the charset: a name that is the same in two charsets comes from one of them.
        List<TarArchiveEntry> inUtf8 = ascii ? entries : entries(channel, StandardCharsets.UTF_8);
        Map<String, TarArchiveEntry> files = files(entries);
        for (int i = 0; i < entries.size(); i++) {
            TarArchiveEntry entry = entries.get(i);
            if (!entry.isDirectory()) {
                boolean isText = entry.getName().equals(inUtf8.get(i).getName());
                list(entry, target(entry, files), isText, index);
            }
        }
        if (end(entries) == channel.size()) {
            index.note("the archive has no end mark: it may be cut after its last file");
        }
        return new ListedSource(shown, index, new TarContent(channel));
    }

    private static void list(TarArchiveEntry entry, @Nullable TarArchiveEntry target, boolean isText, FaceIndex index) {
        String name = entry.getName();
        byte[] raw = name.getBytes(StandardCharsets.ISO_8859_1);
        if (target == null || target.isSparse()) {
            String detail = isLink(entry)
                    ? "a link to what is no file in the archive"
                    : entry.isSparse() ? "a sparse file" : "";
            if (isText) {
                index.reject(Reason.NOT_A_FILE, name, detail);
            } else {
                index.reject(Reason.NOT_A_FILE, raw, detail);
            }
        } else if (isText) {
            index.add(name, target.getSize(), target.getDataOffset());
        } else {
            index.add(raw, target.getSize(), target.getDataOffset());
        }
    }

    private static List<TarArchiveEntry> entries(FileChannel channel, Charset charset) throws IOException {
        try {
            // Not closed: what it holds is the channel. Its own record size is of no account for a file.
            List<TarArchiveEntry> entries =
                    new TarFile(channel.position(0), BLOCK_BYTES, BLOCK_BYTES, charset.name(), false).getEntries();
            long after = channel.size() - end(entries);
            if (after < 0 || (after > 0 && after < BLOCK_BYTES)) {
                throw new EOFException("the archive ends within an entry");
            }
            return entries;
        } catch (IOException | RuntimeException e) {
            throw new IOException("no readable tar: " + SourceException.reason(e), e);
        }
    }

    /** Where the last entry ends, bytes. */
    private static long end(List<TarArchiveEntry> entries) {
        if (entries.isEmpty()) {
            return 0;
        }
        TarArchiveEntry last = entries.get(entries.size() - 1);
        long stored = isLink(last) ? 0 : last.getSize();
        return (last.getDataOffset() + stored + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }

    /** By name, where there are links that could lead to them. */
    private static Map<String, TarArchiveEntry> files(List<TarArchiveEntry> entries) {
        Map<String, TarArchiveEntry> files = new HashMap<>();
        if (entries.stream().anyMatch(TarContent::isLink)) {
            entries.forEach(entry -> files.put(normalised(entry.getName()), entry));
        }
        return files;
    }

    /** The entry that holds an entry's bytes: itself, or where its links lead; null if that is no file of the archive. */
    private static @Nullable TarArchiveEntry target(TarArchiveEntry entry, Map<String, TarArchiveEntry> files) {
        TarArchiveEntry at = entry;
        for (int links = 0; at != null && isLink(at); links++) {
            String name = at.getLinkName();
            if (links == MAX_LINKS || (at.isSymbolicLink() && name.startsWith("/"))) {
                return null;
            }
            // A hard link's name is the archive's, a symbolic link's relative to where the link lies.
            int folder = at.isLink() ? 0 : at.getName().lastIndexOf('/') + 1;
            at = files.get(normalised(at.getName().substring(0, folder) + name));
        }
        return at != null && isFile(at) ? at : null;
    }

    private static boolean isFile(TarArchiveEntry entry) {
        byte type = entry.getLinkFlag();
        return type == TarConstants.LF_NORMAL || type == TarConstants.LF_OLDNORM || type == TarConstants.LF_CONTIG;
    }

    private static boolean isLink(TarArchiveEntry entry) {
        return entry.isLink() || entry.isSymbolicLink();
    }

    private static String normalised(String path) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return String.join("/", parts);
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
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
    public void close() throws IOException {
        channel.close();
    }
}
