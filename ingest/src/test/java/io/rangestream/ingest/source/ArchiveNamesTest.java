package io.rangestream.ingest.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream.UnicodeExtraFieldPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names in archives and folders: what they are in, and that nobody becomes somebody else. */
class ArchiveNamesTest {
    private static final Path FIXTURES = Path.of("../../shared/fixtures/inputs/arc");

    @TempDir
    Path dir;

    /** How names are written. */
    private enum Names {
        UTF8_COMPOSED(StandardCharsets.UTF_8, true),
        UTF8_DECOMPOSED(StandardCharsets.UTF_8, true),
        UTF8_UNMARKED(StandardCharsets.UTF_8, false),
        IBM437(Charset.forName("IBM437"), false),
        LATIN1(StandardCharsets.ISO_8859_1, false),
        SHIFT_JIS(Charset.forName("Shift_JIS"), false),
        GBK(Charset.forName("GBK"), false);

        private final Charset charset;
        private final boolean marked;

        Names(Charset charset, boolean marked) {
            this.charset = charset;
            this.marked = marked;
        }

        /** Two people who differ in one character, and one in ASCII. */
        List<String> people() {
            return switch (this) {
                case SHIFT_JIS ->
                    List.of("Bob", "\u5C71\u7530", "\u8868\u7530"); // The latter holds a backslash's byte.
                case GBK -> List.of("Bob", "\u8054\u901A", "\u738B\u82B3"); // The former could be UTF-8.
                default -> List.of("Bob", "Ren\u00E9", "Ren\u00E8");
            };
        }

        String spelled(String name) {
            return this == UTF8_DECOMPOSED ? Normalizer.normalize(name, Normalizer.Form.NFD) : name;
        }

        boolean isUtf8() {
            return charset.equals(StandardCharsets.UTF_8);
        }
    }

    static Stream<Arguments> archivesAndNames() {
        return Stream.of("zip", "tar", "tar.gz")
                .flatMap(kind -> Stream.of(Names.values()).map(names -> Arguments.of(kind, names)));
    }

    @ParameterizedTest
    @MethodSource("archivesAndNames")
    void namesAreRightInTheirCharset(String kind, Names names) throws IOException {
        Path archive = archive(kind, names);
        PathCharset charset = names.isUtf8() ? PathCharset.DEFAULT : PathCharset.of(names.charset.name());

        assertEquals(names.people().stream().sorted().toList(), identities(archive, charset));
    }

    @ParameterizedTest
    @MethodSource("archivesAndNames")
    void withoutTheirCharsetNamesAreRightOrRejectedByName(String kind, Names names) throws IOException {
        Path archive = archive(kind, names);

        try (FaceSource source = FaceSource.open(archive)) {
            List<String> identities =
                    source.faces().stream().map(FaceRef::identity).toList();
            if (names.isUtf8()) {
                assertEquals(names.people().stream().sorted().toList(), identities);
                assertEquals(0, source.leftOut().total());
            } else {
                assertEquals(List.of("Bob"), identities);
                Rejections.Entry rejected = source.leftOut().byReason().get(Reason.NAME);
                assertEquals(2, rejected.count());
                assertTrue(rejected.samples().stream().allMatch(name -> name.contains("\\x")), rejected::toString);
            }
        }
    }

    @Test
    void theExtraFieldOfInfoZipSaysTheNameInUtf8() throws IOException {
        Path zip = dir.resolve("extra.zip");
        try (var out = new ZipArchiveOutputStream(zip.toFile())) {
            out.setEncoding("ISO-8859-1");
            out.setUseLanguageEncodingFlag(false);
            out.setCreateUnicodeExtraFields(UnicodeExtraFieldPolicy.ALWAYS);
            put(out, "Ren\u00E9/1.jpg", 1);
            put(out, "Ren\u00E8/1.jpg", 2);
        }

        assertEquals(List.of("Ren\u00E8", "Ren\u00E9"), identities(zip, PathCharset.DEFAULT));
        assertEquals(List.of("Ren\u00E8", "Ren\u00E9"), identities(zip, PathCharset.of("GBK")));
    }

    @Test
    void oneNameThatIsMarkedAsUtf8AndIsNotRefusesOneEntry() throws IOException {
        byte[] zip = Files.readAllBytes(archive("zip", Names.LATIN1));
        for (int at = 0; at < zip.length - 10; at++) {
            int flags = zip[at] == 'P' && zip[at + 1] == 'K' ? (zip[at + 2] == 1 ? 9 : zip[at + 2] == 3 ? 7 : 0) : 0;
            zip[at + flags] |= (byte) (flags > 0 ? 0x08 : 0);
        }

        try (FaceSource source = FaceSource.open(Files.write(dir.resolve("marked.zip"), zip))) {
            assertEquals(
                    List.of("Bob/1.jpg"),
                    source.faces().stream().map(FaceRef::name).toList());
            assertEquals(2, source.leftOut().byReason().get(Reason.NAME).count());
        }
    }

    @Test
    void paxHeadersAreUtf8WhateverTheCharset() throws IOException {
        Path tar = dir.resolve("pax.tar");
        try (var out = new TarArchiveOutputStream(Files.newOutputStream(tar), "ISO-8859-1")) {
            out.setAddPaxHeadersForNonAsciiNames(true);
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            put(out, "Ren\u00E9/1.jpg", 1);
            put(out, "\u5C71\u7530/" + "long".repeat(60) + ".jpg", 2);
        }

        assertEquals(List.of("Ren\u00E9", "\u5C71\u7530"), identities(tar, PathCharset.DEFAULT));
        assertEquals(List.of("Ren\u00E9", "\u5C71\u7530"), identities(tar, PathCharset.of("IBM437")));
    }

    @Test
    void longNamesOfGnuTarAreWhole() throws IOException {
        Path tar = dir.resolve("gnu.tar");
        String person = "Ren\u00E9" + "e".repeat(200);
        try (var out = new TarArchiveOutputStream(Files.newOutputStream(tar), "windows-1252")) {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            put(out, person + "/1.jpg", 1);
            put(out, "Bob/1.jpg", 2);
        }

        assertEquals(List.of("Bob", person), identities(tar, PathCharset.of("windows-1252")));
        assertEquals(List.of("Bob"), identities(tar, PathCharset.DEFAULT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip", "tar", "folder"})
    void backslashesSeparateLikeSlashes(String kind) throws IOException {
        Crops crops = new Crops(Map.of(
                "lfw/Anna\\1.jpg", Crops.png(1),
                "lfw\\Anna\\2.jpg", Crops.png(2),
                "lfw\\Bob/1.jpg", Crops.png(3)));
        Path path = dir.resolve("backslash");
        path = kind.equals("zip") ? crops.zip(path) : kind.equals("tar") ? crops.tar(path) : crops.folder(path);

        assertEquals(List.of("Anna", "Anna", "Bob"), identities(path, PathCharset.DEFAULT));
    }

    @Test
    void filesNamesAreReadFromTheirBytes() throws IOException, InterruptedException {
        Path folder = Files.createDirectory(dir.resolve("folder"));
        String script = "mkdir Bob \"$(printf 'Ren\\351')\" \"$(printf 'Ren\\350')\" \"$(printf 'Jose\\314\\201')\""
                + " && for d in *; do echo x > \"$d/1.jpg\"; done";
        Process shell = new ProcessBuilder("sh", "-c", script)
                .directory(folder.toFile())
                .start();
        assumeTrue(shell.waitFor() == 0, "this file system takes no such names");

        try (FaceSource source = FaceSource.open(folder)) {
            assertEquals(
                    List.of("Bob", "Jos\u00E9"),
                    source.faces().stream().map(FaceRef::identity).toList());
            assertEquals(
                    List.of("Ren\\xE8/1.jpg: not UTF-8", "Ren\\xE9/1.jpg: not UTF-8"),
                    source.leftOut().byReason().get(Reason.NAME).samples().stream()
                            .sorted()
                            .toList());
            for (FaceRef face : source.faces()) {
                assertEquals(2, source.read(face).length);
            }
        }
        assertEquals(
                List.of("Bob", "Jose\u041C\u0403", "Ren\u0438", "Ren\u0439"),
                identities(folder, PathCharset.of("windows-1251")));
    }

    @ParameterizedTest
    @CsvSource({
        "cp437.zip, 'Anna/1.jpg, Anna/2.jpg, Bob/1.jpg', 1",
        "backslash-mixed.zip, 'Anna/1.jpg, Anna/2.jpg, Bob/1.jpg, Bob/2.jpg', 0",
        "links.tar, 'Anna/1.jpg, Anna/2.jpg, Anna/3-hard.jpg, Bob/1.jpg, Bob/2-sym.jpg', 2",
        "dup-same-size.zip, 'Anna/1.jpg, Anna/1.jpg, Bob/1.jpg', 0",
        "latin1-names.tar, 'Bob/1.jpg', 2",
    })
    void theArchivesThatWereMisread(String file, String faces, int leftOut) throws IOException {
        assumeTrue(Files.isDirectory(FIXTURES), () -> "the inputs that were misread are not at " + FIXTURES);
        try (FaceSource source = FaceSource.open(FIXTURES.resolve(file))) {
            assertEquals(
                    List.of(faces.split(", ")),
                    source.faces().stream().map(FaceRef::name).toList());
            assertEquals(leftOut, source.leftOut().total());
            long pictures = 0;
            List<byte[]> read = new ArrayList<>();
            for (FaceRef face : source.faces()) {
                byte[] picture = source.read(face);
                pictures += read.stream().noneMatch(other -> Arrays.equals(other, picture)) ? 1 : 0;
                read.add(picture);
            }
            assertEquals(file.equals("links.tar") ? 3 : read.size(), pictures);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-32BE", "no-such-charset", "", "IBM037"})
    void aCharsetThatPathsCannotBeInIsOneLine(String name) {
        var e = assertThrows(SourceException.class, () -> PathCharset.of(name));
        assertTrue(String.valueOf(e.getMessage()).lines().count() == 1, e::getMessage);
    }

    private Path archive(String kind, Names names) throws IOException {
        Path path = dir.resolve("people." + kind);
        if (kind.equals("zip")) {
            try (var zip = new ZipArchiveOutputStream(path.toFile())) {
                zip.setEncoding(names.charset.name());
                zip.setUseLanguageEncodingFlag(names.marked);
                zip.setCreateUnicodeExtraFields(UnicodeExtraFieldPolicy.NEVER);
                int number = 1;
                for (String person : names.people()) {
                    put(zip, names.spelled(person) + "/1.jpg", number++);
                }
            }
            return path;
        }
        try (OutputStream out = kind.equals("tar")
                        ? Files.newOutputStream(path)
                        : new GZIPOutputStream(Files.newOutputStream(path));
                var tar = new TarArchiveOutputStream(out, names.charset.name())) {
            tar.setAddPaxHeadersForNonAsciiNames(names.marked);
            int number = 1;
            for (String person : names.people()) {
                put(tar, names.spelled(person) + "/1.jpg", number++);
            }
        }
        return path;
    }

    /** Who is in a source, one for each face; every picture is read and is another. */
    private static List<String> identities(Path path, PathCharset charset) throws IOException {
        Map<String, String> pictures = new TreeMap<>();
        try (FaceSource source = FaceSource.open(path, charset, new Rejections())) {
            for (FaceRef face : source.faces()) {
                pictures.put(face.name() + face.position(), Arrays.toString(source.read(face)));
            }
            assertEquals(source.faces().size(), pictures.size());
            return source.faces().stream().map(FaceRef::identity).toList();
        }
    }

    private static void put(ZipArchiveOutputStream zip, String name, int number) throws IOException {
        zip.putArchiveEntry(new ZipArchiveEntry(name));
        zip.write(Crops.png(number));
        zip.closeArchiveEntry();
    }

    private static void put(TarArchiveOutputStream tar, String name, int number) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(Crops.png(number).length);
        tar.putArchiveEntry(entry);
        tar.write(Crops.png(number));
        tar.closeArchiveEntry();
    }
}
