package io.rangestream.schemas.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityListTest {
    private static final Path FIXTURES = Path.of("../../shared/fixtures/inputs/lists");

    @TempDir
    Path dir;

    @Test
    void oneIdentityPerLineMayBeANumber() throws IOException {
        assertEquals(List.of("0000045", "Ann Lee"), read("0000045\n\n  Ann Lee \n0000045\n"));
    }

    @Test
    void thePeopleFilesOfLfwHaveCountsAndFolds() throws IOException {
        assertEquals(List.of("Ann_Lee", "Bob", "Cy"), read("2\n2\nAnn_Lee\t3\nBob\t1\n1\nCy\t12\n"));
        assertEquals(List.of("17", "Bob"), read("2\r\n17\t3\r\nBob\t1\r\n"));
    }

    @Test
    void aNumberThatCountsNothingIsRefusedAndNotPassedOver() throws IOException {
        assertTrue(refusal("17\n23\n42\t1\n").contains("line 1: 17 is no count"));
        assertTrue(refusal("42\t1\n17\n").contains("line 2: 17 is no count"));
        assertTrue(refusal("2\nAnn\t3\n\n3\nBob\t1\n").contains("line 1: 2 is no count"));
        assertTrue(refusal("1\nAnn\t3\n\n3\nBob\t1\n").contains("line 4: 3 is no count"));
        assertTrue(refusal("Ann\t3\n0\n").contains("line 2: 0 is no count, since 0 names follow"));
        assertTrue(refusal("0\nAnn\t3\n").contains("line 1: 0 is no count"));
        assertTrue(refusal("99999999999999999999\nAnn\t3\n").contains("line 1: 99999999999999999999 is no count"));
    }

    @Test
    void aTabAfterANameMakesNoPeopleFileOfAList() throws IOException {
        assertEquals(List.of("Ann", "45", "Bob"), read("Ann\t\n45\nBob\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r", "\n\n", " \r\n\t\r\n", "\u200B\n"})
    void markLineEndsAndFormAreNoPartOfAName(String end) throws IOException {
        String text = "\uFEFFAnna" + end + "Bob" + end + "  Zoe\u0301" + end + "#hash" + end;

        assertEquals(List.of("Anna", "Bob", "Zo\u00E9", "#hash"), read(text));
        assertEquals(List.of("Anna", "Bob", "Zo\u00E9", "#hash"), read(text.substring(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "UTF-16LE, UTF-16",
        "UTF-16BE, UTF-16",
        "UTF-16, UTF-16",
        "UTF-32LE, UTF-16",
        "ISO-8859-1, line 2 holds the byte E9",
        "windows-1252, line 2 holds the byte E9",
        "IBM437, line 2 holds the byte 82",
        "GBK, is not UTF-8",
    })
    void anotherCharsetIsOneLineThatSaysSo(Charset charset, String said) throws IOException {
        byte[] bytes =
                (charset.name().equals("GBK") ? "Anna\n\u5C71\u7530\n" : "Anna\r\nJos\u00E9\r\n").getBytes(charset);
        Path file = Files.write(dir.resolve("people.txt"), bytes);

        String message = refusal(file);

        assertTrue(message.startsWith(file + " is not UTF-8"), message);
        assertTrue(message.contains(said) && message.contains("iconv"), message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void aLineThatIsNoNameIsRefusedByItsNumber() throws IOException {
        Path file = Files.writeString(dir.resolve("people.txt"), "Anna\nBob/1\n");

        assertEquals(file + ", line 2: the identity holds a '/'", refusal(file));
        assertTrue(refusal(Files.writeString(file, "Anna\nBob\tteam\n"))
                .contains("line 2: the identity holds the control"));
        assertTrue(refusal(Files.writeString(file, "Anna\nJos\uFFFD\n")).contains("line 2: the identity holds U+FFFD"));
    }

    @Test
    void aFileThatNamesNobodyIsOneLine() throws IOException {
        assertTrue(
                refusal(Files.writeString(dir.resolve("people.txt"), "\n \n")).endsWith("names no identity"));
        assertTrue(refusal(Files.writeString(dir.resolve("people.txt"), "")).endsWith("names no identity"));
        assertTrue(refusal(dir.resolve("nowhere")).endsWith("nowhere does not exist"));
        assertTrue(refusal(dir).startsWith("cannot read " + dir));
    }

    @Test
    void theListsThatWereMisread() {
        assumeTrue(Files.isDirectory(FIXTURES), () -> "the inputs that were misread are not at " + FIXTURES);

        assertEquals(
                List.of("Anna", "Bob", "Zo\u00E9"),
                List.copyOf(IdentityList.read(FIXTURES.resolve("holdout-bom-crlf-nfd.txt"))
                        .names()));
        assertTrue(refusal(FIXTURES.resolve("identities-utf16.txt")).contains("is not UTF-8 but looks like UTF-16"));
    }

    private String refusal(String text) throws IOException {
        return refusal(Files.writeString(dir.resolve("people.txt"), text));
    }

    private static String refusal(Path file) {
        return String.valueOf(assertThrows(ConfigurationException.class, () -> IdentityList.read(file))
                .getMessage());
    }

    private List<String> read(String text) throws IOException {
        Path file = Files.writeString(dir.resolve("people.txt"), text, StandardCharsets.UTF_8);
        return List.copyOf(IdentityList.read(file).names());
    }
}
