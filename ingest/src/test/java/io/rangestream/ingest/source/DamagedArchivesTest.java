package io.rangestream.ingest.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries that cannot be read are one rejection each; an archive that ends early is refused in one line. */
class DamagedArchivesTest {
    private static final int CENTRAL_ENTRY = 0x02014B50;

    @TempDir
    Path dir;

    @Test
    void whatAZipCannotGiveIsRejectedByName() throws IOException {
        byte[] zip = Files.readAllBytes(zip(Zip64Mode.AsNeeded));
        central(zip, "Ann/encrypted.jpg").putShort(8, (short) 1);
        central(zip, "Ann/lzma.jpg").putShort(10, (short) 14);
        central(zip, "Ann/split.jpg").putShort(34, (short) 3);

        try (FaceSource source = FaceSource.open(Files.write(dir.resolve("odd.zip"), zip))) {
            assertEquals(
                    List.of("Ann/good.jpg"),
                    source.faces().stream().map(FaceRef::name).toList());
            assertEquals(
                    List.of(
                            "Ann/encrypted.jpg: it is encrypted",
                            "Ann/lzma.jpg: its compression method 14 is not supported",
                            "Ann/split.jpg: it lies in another part of a split archive"),
                    source.leftOut().byReason().get(Reason.UNREADABLE).samples());
            assertEquals(
                    List.of("Ann/link.jpg: a symbolic link"),
                    source.leftOut().byReason().get(Reason.NOT_A_FILE).samples());
        }
    }

    @Test
    void anEntryThatIsNotWhatTheDirectorySaysIsThatCropsErrorOnly() throws IOException {
        byte[] zip = Files.readAllBytes(zip(Zip64Mode.AsNeeded));
        ByteBuffer checksum = central(zip, "Ann/encrypted.jpg");
        checksum.putInt(16, checksum.getInt(16) + 1);
        ByteBuffer larger = central(zip, "Ann/lzma.jpg");
        larger.putInt(24, larger.getInt(24) - 1);

        try (FaceSource source = FaceSource.open(Files.write(dir.resolve("odd.zip"), zip))) {
            List<FaceRef> faces = source.faces();
            assertEquals(4, faces.size());
            assertThrows(IOException.class, () -> source.read(faces.get(0)));
            assertArrayEquals(Crops.png(1), source.read(faces.get(1)));
            assertThrows(IOException.class, () -> source.read(faces.get(2)));
        }
    }

    @Test
    void aFileThatIsNoPictureBySizeIsNeverHeldInMemory() throws IOException {
        byte[] zip = Files.readAllBytes(zip(Zip64Mode.AsNeeded));
        central(zip, "Ann/good.jpg").putInt(24, Integer.MAX_VALUE);

        try (FaceSource source = FaceSource.open(Files.write(dir.resolve("bomb.zip"), zip))) {
            var e = assertThrows(
                    IOException.class, () -> source.read(source.faces().get(1)));
            assertEquals("2147483647 bytes are no picture", e.getMessage());
        }
    }

    @Test
    void zip64AndDataDescriptorsAreRead() throws IOException {
        try (FaceSource source = FaceSource.open(zip(Zip64Mode.Always))) {
            for (FaceRef face : source.faces()) {
                assertEquals(face.bytes(), source.read(face).length);
            }
            assertEquals(4, source.faces().size());
        }
    }

    @Test
    void aPartOfASplitZipIsOneLine() throws IOException {
        byte[] zip = Files.readAllBytes(zip(Zip64Mode.AsNeeded));
        byte[] part = ByteBuffer.allocate(zip.length + 4)
                .put(new byte[] {'P', 'K', 7, 8})
                .put(zip)
                .array();

        assertOneLine("part of a split zip", Files.write(dir.resolve("a.z01"), part));
    }

    @Test
    void linksOfATarAreTheFilesThatTheyLeadTo() throws IOException {
        Path tar = dir.resolve("links.tar");
        try (var out = new TarArchiveOutputStream(Files.newOutputStream(tar))) {
            link(out, "top/Bob/forward.jpg", TarConstants.LF_SYMLINK, "../Ann/1.jpg");
            file(out, "./top/Ann/1.jpg", 1);
            link(out, "top/Bob/hard.jpg", TarConstants.LF_LINK, "/top/Ann/1.jpg");
            link(out, "top/Bob/twice.jpg", TarConstants.LF_SYMLINK, "hard.jpg");
            link(out, "top/Bob/loop.jpg", TarConstants.LF_SYMLINK, "loop.jpg");
            link(out, "top/Bob/out.jpg", TarConstants.LF_SYMLINK, "/etc/passwd");
            link(out, "top/Bob/above.jpg", TarConstants.LF_SYMLINK, "../../../etc/passwd");
            link(out, "top/Carl", TarConstants.LF_SYMLINK, "Ann");
            out.putArchiveEntry(new TarArchiveEntry("top/Bob/pipe", TarConstants.LF_FIFO));
            out.closeArchiveEntry();
        }

        try (FaceSource source = FaceSource.open(tar)) {
            assertEquals(
                    List.of("Ann/1.jpg", "Bob/forward.jpg", "Bob/hard.jpg", "Bob/twice.jpg"),
                    source.faces().stream().map(FaceRef::name).toList());
            for (FaceRef face : source.faces()) {
                assertArrayEquals(Crops.png(1), source.read(face));
            }
            assertEquals(
                    List.of(
                            "top/Bob/loop.jpg: a link to what is no file in the archive",
                            "top/Bob/out.jpg: a link to what is no file in the archive",
                            "top/Bob/above.jpg: a link to what is no file in the archive",
                            "top/Carl: a link to what is no file in the archive",
                            "top/Bob/pipe"),
                    source.leftOut().byReason().get(Reason.NOT_A_FILE).samples());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tar", "tar.gz", "zip"})
    void anArchiveThatIsCutIsRefusedOrSaysSoWhereverItIsCut(String kind) throws IOException {
        Path whole = dir.resolve("whole");
        switch (kind) {
            case "tar" -> Crops.lfwLike().tar(whole);
            case "zip" -> Crops.lfwLike().zip(whole);
            default -> Crops.lfwLike().tarGz(whole);
        }
        byte[] bytes = Files.readAllBytes(whole);
        // The rest of a tar is padding.
        int end = kind.equals("tar") ? endOfTar(bytes) : bytes.length;
        for (int i = 0; i <= 40; i++) {
            int length = 300 + (end - 301) * i / 40;
            Path cut = Files.write(dir.resolve("cut." + kind), Arrays.copyOf(bytes, length));
            try (FaceSource source = FaceSource.open(cut)) {
                assertTrue(source.notes().contains("the archive has no end mark: it may be cut after its last file"));
                assertEquals(0, length % 512, "cut between two entries");
            } catch (SourceException e) {
                String message = String.valueOf(e.getMessage());
                assertTrue(message.startsWith("cannot read " + cut), message);
                assertFalse(message.contains("\n"), message);
                assertTrue(kind.equals("zip") || message.matches(".*; \\d files can be listed.*"), message);
            }
        }
        for (int blocks = 1; kind.equals("tar") && blocks < end / 512; blocks++) {
            Path cut = Files.write(dir.resolve("cut.tar"), Arrays.copyOf(bytes, blocks * 512));
            try (FaceSource source = FaceSource.open(cut)) {
                assertTrue(source.notes().contains("the archive has no end mark: it may be cut after its last file"));
            } catch (SourceException e) {
                assertTrue(String.valueOf(e.getMessage()).contains(cut.toString()), e::getMessage);
            }
        }
    }

    private static int endOfTar(byte[] tar) {
        int end = tar.length;
        while (tar[end - 1] == 0) {
            end--;
        }
        return (end + 511) / 512 * 512;
    }

    private void assertOneLine(String part, Path path) {
        var e = assertThrows(SourceException.class, () -> FaceSource.open(path));
        assertTrue(String.valueOf(e.getMessage()).contains(part), e::getMessage);
        assertEquals(1, String.valueOf(e.getMessage()).lines().count());
    }

    /** Five files, written as to a pipe: sizes follow the data. */
    private Path zip(Zip64Mode zip64) throws IOException {
        Path path = dir.resolve("a.zip");
        try (var zip = new ZipArchiveOutputStream(Files.newOutputStream(path))) {
            zip.setUseZip64(zip64);
            zip.putArchiveEntry(new ZipArchiveEntry("Ann/"));
            zip.closeArchiveEntry();
            int number = 0;
            for (String name : List.of("encrypted.jpg", "good.jpg", "lzma.jpg", "split.jpg", "link.jpg")) {
                var entry = new ZipArchiveEntry("Ann/" + name);
                entry.setUnixMode(name.equals("link.jpg") ? 0120777 : 0100644);
                zip.putArchiveEntry(entry);
                zip.write(Crops.png(number++));
                zip.closeArchiveEntry();
            }
        }
        return path;
    }

    /** The directory's record of a file. */
    private static ByteBuffer central(byte[] zip, String name) {
        var all = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < zip.length - 46; at++) {
            if (all.getInt(at) == CENTRAL_ENTRY
                    && name.equals(new String(zip, at + 46, all.getShort(at + 28), StandardCharsets.UTF_8))) {
                return all.slice(at, 46).order(ByteOrder.LITTLE_ENDIAN);
            }
        }
        throw new AssertionError(name);
    }

    private static void link(TarArchiveOutputStream tar, String name, byte type, String target) throws IOException {
        var entry = new TarArchiveEntry(name, type);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private static void file(TarArchiveOutputStream tar, String name, int number) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(Crops.png(number).length);
        tar.putArchiveEntry(entry);
        tar.write(Crops.png(number));
        tar.closeArchiveEntry();
    }
}
