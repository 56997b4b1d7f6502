package io.rangestream.ingest.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityListTest {
    @TempDir
    Path dir;

    @Test
    void oneIdentityPerLineMayBeANumber() throws IOException {
        assertEquals(List.of("0000045", "Ann Lee"), read("0000045\n\n  Ann Lee \n0000045\n"));
    }

    @Test
    void thePeopleFilesOfLfwHaveCountsAndFolds() throws IOException {
        assertEquals(List.of("Ann_Lee", "Bob", "Cy"), read("2\n2\nAnn_Lee\t3\nBob\t1\n1\nCy\t12\n"));
    }

    @Test
    void aFileThatNamesNobodyIsOneLine() {
        var e = assertThrows(SourceException.class, () -> read("\n \n"));
        assertTrue(String.valueOf(e.getMessage()).endsWith("names no identity"));
        assertThrows(SourceException.class, () -> IdentityList.read(dir.resolve("nowhere")));
    }

    private List<String> read(String text) throws IOException {
        return List.copyOf(IdentityList.read(Files.writeString(dir.resolve("people.txt"), text))
                .names());
    }
}
