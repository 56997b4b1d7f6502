package io.rangestream.ingest.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.UnicodePathExtraField;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;

/** Entries of a zip, listed from the directory at its end. Two entries of one name are two files. */
final class ZipContent implements ListedSource.Content {
    private static final Set<ZipMethod> METHODS = EnumSet.of(
            ZipMethod.STORED,
            ZipMethod.DEFLATED,
            ZipMethod.ENHANCED_DEFLATED,
            ZipMethod.BZIP2,
            ZipMethod.IMPLODING,
            ZipMethod.UNSHRINKING);

    private final ZipFile zip;
    private final List<ZipArchiveEntry> entries = new ArrayList<>();

    private ZipContent(ZipFile zip) {
        this.zip = zip;
    }

    static FaceSource open(Path path, FaceIndex index) throws IOException {
        ZipFile zip;
        try {
            // Any bytes are text in ISO 8859-1; the names are read from the bytes.
            zip = ZipFile.builder()
                    .setPath(path)
                    .setCharset(StandardCharsets.ISO_8859_1)
                    .setUseUnicodeExtraFields(false)
                    .setIgnoreLocalFileHeader(true)
                    .get();
        } catch (IOException | RuntimeException e) {
            throw new IOException(
                    "the zip's directory at its end is missing or damaged: " + SourceException.reason(e), e);
        }
        var content = new ZipContent(zip);
        for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
            content.list(entry, index);
        }
        return new ListedSource(path.toString(), index, content);
    }

    private void list(ZipArchiveEntry entry, FaceIndex index) {
        byte[] raw = entry.getRawName();
        if (raw.length > 0 && raw[raw.length - 1] == '/') {
            return;
        }
        Optional<String> name = unicodeName(entry);
        Optional<String> unreadable = unreadable(entry);
        if (entry.isUnixSymlink()) {
            reject(Reason.NOT_A_FILE, entry, "a symbolic link", index);
        } else if (unreadable.isPresent()) {
            reject(Reason.UNREADABLE, entry, unreadable.get(), index);
        } else {
            if (name.isPresent()) {
                index.add(name.get(), entry.getSize(), entries.size());
            } else {
                index.add(raw, entry.getSize(), entries.size());
            }
            entries.add(entry);
        }
    }

    private static void reject(Reason reason, ZipArchiveEntry entry, String detail, FaceIndex index) {
        unicodeName(entry)
                .ifPresentOrElse(
                        name -> index.reject(reason, name, detail),
                        () -> index.reject(reason, entry.getRawName(), detail));
    }

    /** The name, if the archive says that it is UTF-8: by its flag, or by Info-ZIP's extra field for this very name. */
    private static Optional<String> unicodeName(ZipArchiveEntry entry) {
        if (entry.getGeneralPurposeBit().usesUTF8ForNames()) {
            return PathCharset.utf8(entry.getRawName());
        }
        if (entry.getExtraField(UnicodePathExtraField.UPATH_ID) instanceof UnicodePathExtraField field) {
            var crc = new CRC32();
            crc.update(entry.getRawName());
            return crc.getValue() == field.getNameCRC32() ? PathCharset.utf8(field.getUnicodeName()) : Optional.empty();
        }
        return Optional.empty();
    }

    private static Optional<String> unreadable(ZipArchiveEntry entry) {
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            return Optional.of("it is encrypted");
        }
        ZipMethod method = ZipMethod.getMethodByCode(entry.getMethod());
        if (method == null || !METHODS.contains(method)) {
            return Optional.of("its compression method %d is not supported".formatted(entry.getMethod()));
        }
        if (entry.getDiskNumberStart() > 0) {
            return Optional.of("it lies in another part of a split archive");
        }
        return entry.getSize() < 0 ? Optional.of("its size is not known") : Optional.empty();
    }

    @Override
    public byte[] read(FaceRef face) throws IOException {
        ZipArchiveEntry entry = entries.get((int) face.position());
        try (InputStream in = zip.getInputStream(entry)) {
            // The directory's size was checked against the limit; a packed entry that unfolds to more must not.
            int expected = Math.toIntExact(face.bytes());
            byte[] bytes = in.readNBytes(expected);
            if (bytes.length != expected || in.read() >= 0) {
                throw new IOException("it is not the %d bytes that the archive's directory says".formatted(expected));
            }
            var crc = new CRC32();
            crc.update(bytes);
            if (entry.getCrc() != crc.getValue()) {
                throw new IOException("its checksum is not that of the archive's directory");
            }
            return bytes;
        } catch (RuntimeException e) {
            // Decompressors meet damage with exceptions of many types.
            throw new IOException("it cannot be unpacked: " + SourceException.reason(e), e);
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
