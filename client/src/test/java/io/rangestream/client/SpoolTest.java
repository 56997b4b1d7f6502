package io.rangestream.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void linksAndPermissionsExist() {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    }

    @Test
    void piecesAreArrangedWithoutFollowingALinkThatSomebodyLaid() throws Exception {
        Path precious = Files.writeString(folder.resolve("precious"), "mine");
        Path file = folder.resolve("model.part");
        Files.createSymbolicLink(folder.resolve("model.part.sorted"), precious);

        try (Spool spool = Spool.in(file)) {
            Spool.Slice second = spool.append(bytes("cd"));
            Spool.Slice first = spool.append(bytes("ab"));
            spool.arrange(List.of(first, second));

            assertEquals("abcd", Files.readString(file));
            assertFalse(Files.isSymbolicLink(file));
        }

        assertEquals("mine", Files.readString(precious));
    }

    @Test
    void aFileThatIsThereIsNotOpened() throws Exception {
        Path precious = Files.writeString(folder.resolve("precious"), "mine");
        Path link = Files.createSymbolicLink(folder.resolve("model.part"), precious);

        assertThrows(FileAlreadyExistsException.class, () -> Spool.in(link));

        assertEquals("mine", Files.readString(precious));
    }

    @Test
    void aTemporaryFileIsItsOwnersAloneArrangedToo() throws Exception {
        try (Spool spool = Spool.temporary()) {
            Spool.Slice second = spool.append(bytes("cd"));
            assertEquals("rw-------", permissions(spool.file()));
            spool.arrange(List.of(spool.append(bytes("ab")), second));

            assertEquals("rw-------", permissions(spool.file()));
            assertEquals("abcd", Files.readString(spool.file()));
        }
    }

    private static String permissions(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
