package io.rangestream.ingest.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaceSourceTest {
    @TempDir
    Path dir;

    @Test
    void folderTarTgzAndZipGiveTheSameFaces() throws IOException {
        Crops crops = Crops.lfwLike();

        Map<String, String> folder = contents(crops.folder(dir.resolve("folder")));

        assertEquals(6, folder.size());
        assertTrue(folder.containsKey("Zoë_Tail | Zoë_Tail/Zoë_Tail_0001.jpg"), folder::toString);
        assertEquals(folder, contents(crops.tar(dir.resolve("a.tar"))));
        assertEquals(folder, contents(crops.tarGz(dir.resolve("a.tgz"))));
        assertEquals(folder, contents(crops.zip(dir.resolve("a.zip"))));
        assertEquals(folder, contents(crops.zip(dir.resolve("a zip by its bytes"))));
        assertEquals(folder, contents(dir.resolve("folder/lfw-112")));
    }

    @Test
    void facesAreSortedWhateverTheOrderInTheArchive() throws IOException {
        try (FaceSource source = FaceSource.open(Crops.lfwLike().tar(dir.resolve("a.tar")))) {
            assertEquals(
                    List.of(
                            "Ann_Head/Ann_Head_0001.jpg",
                            "Ann_Head/Ann_Head_0002.jpg",
                            "Ann_Head/Ann_Head_0003.jpg",
                            "Bob_Mid/Bob_Mid_0001.jpg",
                            "Bob_Mid/Bob_Mid_0002.jpg",
                            "Zoë_Tail/Zoë_Tail_0001.jpg"),
                    source.faces().stream().map(FaceRef::name).toList());
        }
    }

    @Test
    void whatIsNoCropIsLeftOutWithItsReason() throws IOException {
        Crops crops = Crops.lfwLike()
                .with("lfw-112/README.txt", new byte[] {1})
                .with("lfw-112/Ann_Head/.DS_Store", new byte[] {1})
                .with("lfw-112/Ann_Head/more/x.jpg", Crops.png(40))
                .with("lfw-112//x.jpg", Crops.png(41))
                .with("lfw-112/../../x.jpg", Crops.png(42));

        try (FaceSource source = FaceSource.open(crops.zip(dir.resolve("a.zip")))) {
            assertEquals(6, source.faces().size());
            Map<Reason, Rejections.Entry> left = source.leftOut().byReason();
            assertEquals(5, source.leftOut().total());
            assertEquals(1, left.get(Reason.HIDDEN).count());
            assertEquals(1, left.get(Reason.NO_IDENTITY).count());
            assertEquals(2, left.get(Reason.MISPLACED).count());
            assertTrue(left.get(Reason.MISPLACED).samples().contains("lfw-112/README.txt"));
            assertEquals(
                    List.of("lfw-112/Ann_Head/more/x.jpg"),
                    left.get(Reason.TOO_DEEP).samples());
            assertEquals(List.of("identities are the folders in lfw-112/"), source.notes());
        }
    }

    @Test
    void oneRuleSaysWhichFoldersAreOneIdentityAndWhichAreNone() throws IOException {
        Crops crops = new Crops(Map.of(
                "Zoe\u0308/a.jpg", Crops.png(1),
                " Zo\u00EB/b.jpg", Crops.png(2),
                "x\ny/c", Crops.png(3),
                "\u200B /d", Crops.png(4),
                "Jos\uFFFD/e", Crops.png(5)));

        try (FaceSource source = FaceSource.open(crops.zip(dir.resolve("a.zip")))) {
            assertEquals(
                    List.of("Zo\u00EB/a.jpg", "Zo\u00EB/b.jpg"),
                    source.faces().stream().map(FaceRef::name).toList());
            Map<Reason, Rejections.Entry> left = source.leftOut().byReason();
            assertEquals(1, left.get(Reason.NAME).count());
            assertTrue(
                    left.get(Reason.NO_IDENTITY)
                            .samples()
                            .contains("x_y/c: the identity holds the control character U+000A"),
                    left::toString);
            assertEquals(2, left.get(Reason.NO_IDENTITY).count());
        }
    }

    @Test
    void oneIdentitysFolderIsNotTakenForATopFolder() throws IOException {
        Crops crops = new Crops(Map.of("Ann/a.jpg", Crops.png(1), "Ann/b.jpg", Crops.png(2)));

        try (FaceSource source = FaceSource.open(crops.tar(dir.resolve("a.tar")))) {
            assertEquals(
                    List.of("Ann", "Ann"),
                    source.faces().stream().map(FaceRef::identity).toList());
        }
    }

    @Test
    void theTemporaryFileOfATgzGoesWithTheSource() throws IOException {
        Path archive = Crops.lfwLike().tarGz(dir.resolve("a.tgz"));
        String name = System.getProperty("java.io.tmpdir");
        List<Path> before = unpacked(Path.of(name));

        FaceSource source = FaceSource.open(archive);
        source.close();

        assertEquals(before, unpacked(Path.of(name)));
    }

    @Test
    void anUnusableSourceIsOneLine() throws IOException {
        Path empty = Files.createDirectory(dir.resolve("empty"));
        Path text = Files.writeString(dir.resolve("notes.txt"), "not an archive");
        byte[] zip = Files.readAllBytes(Crops.lfwLike().zip(dir.resolve("a.zip")));
        Path cut = Files.write(dir.resolve("cut.zip"), Arrays.copyOf(zip, zip.length / 2));
        byte[] tgz = Files.readAllBytes(Crops.lfwLike().tarGz(dir.resolve("a.tgz")));
        Path cutTgz = Files.write(dir.resolve("cut.tgz"), Arrays.copyOf(tgz, tgz.length / 2));
        byte[] tar = Files.readAllBytes(Crops.lfwLike().tar(dir.resolve("a.tar")));
        Path cutTar = Files.write(dir.resolve("cut.tar"), Arrays.copyOf(tar, 2048 + 20));
        Path flat = new Crops(Map.of("a.jpg", Crops.png(1))).zip(dir.resolve("flat.zip"));

        assertMessage("does not exist", dir.resolve("nowhere"));
        assertMessage("it holds no files", empty);
        assertMessage("neither a folder nor", text);
        assertMessage("cannot read", cut);
        assertMessage("cannot read", cutTgz);
        assertMessage("cannot read", cutTar);
        assertMessage("not of the form identity/file", flat);
    }

    @Test
    void everyFileOfADeepTreeIsCountedAndEveryRejectionWritten() throws IOException {
        Crops crops = Crops.lfwLike();
        for (int i = 0; i < 9; i++) {
            crops = crops.with("lfw-112/Ann_Head/" + "deep/".repeat(1 + i) + i + ".jpg", Crops.png(i));
        }
        Path list = dir.resolve("rejections.tsv");
        try (RejectionFile file = RejectionFile.create(list);
                FaceSource source = FaceSource.open(
                        crops.folder(dir.resolve("folder")), PathCharset.DEFAULT, new Rejections(file))) {
            assertEquals(6, source.faces().size());
            assertEquals(9, source.leftOut().byReason().get(Reason.TOO_DEEP).count());
        }
        List<String> lines = Files.readAllLines(list);
        assertEquals(9, lines.size());
        assertTrue(lines.contains("lfw-112/Ann_Head/deep/0.jpg\ttoo-deep\t"), lines::toString);
    }

    @Test
    void aFileThatVanishedIsThatCropsErrorOnly() throws IOException {
        Path root = Crops.lfwLike().folder(dir.resolve("folder"));
        try (FaceSource source = FaceSource.open(root)) {
            Files.delete(root.resolve("lfw-112/Ann_Head/Ann_Head_0001.jpg"));

            assertThrows(IOException.class, () -> source.read(source.faces().get(0)));
            assertArrayEquals(Crops.png(2), source.read(source.faces().get(1)));
        }
    }

    private static void assertMessage(String part, Path path) {
        var e = assertThrows(SourceException.class, () -> FaceSource.open(path));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(part) && message.contains(path.getFileName().toString()), message);
        assertFalse(message.contains("\n"), message);
    }

    private static Map<String, String> contents(Path path) throws IOException {
        var contents = new TreeMap<String, String>();
        try (FaceSource source = FaceSource.open(path)) {
            for (FaceRef face : source.faces()) {
                byte[] bytes = source.read(face);
                assertEquals(face.bytes(), bytes.length);
                contents.put(face.identity() + " | " + face.name(), Arrays.toString(bytes));
            }
            assertEquals(0, source.leftOut().total());
        }
        return contents;
    }

    private static List<Path> unpacked(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("rangestream-"))
                    .sorted()
                    .toList();
        }
    }
}
