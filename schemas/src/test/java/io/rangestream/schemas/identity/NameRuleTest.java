package io.rangestream.schemas.identity;

import static io.rangestream.schemas.identity.NameRule.FACE_ID;
import static io.rangestream.schemas.identity.NameRule.IDENTITY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameRuleTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Jose\u0301",
                " José",
                "José\u00A0",
                "\uFEFFJosé",
                "José\u200B",
                "\u200E\u202AJosé\u202C",
                "\t\r\nJosé\u2028\u0085",
                "\u3000José\u2009",
                "\u00ADJosé\u2060\u3164",
            })
    void writtenInAnyOfTheseWaysItIsTheSamePerson(String text) {
        assertEquals("José", IDENTITY.normalise(text));
        assertEquals("José", IDENTITY.normalise(text.getBytes(StandardCharsets.UTF_8)));
        assertEquals("José", FACE_ID.normalise(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Anna  Maria",
                "Anna\u00A0Maria",
                "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645",
                "\uD83D\uDC69\u200D\uD83D\uDCBB",
                "\u908A\uDB40\uDD00",
                "\u2764\uFE0F",
                "İstanbul ı",
                "@anna",
                "-anna",
                "%41",
                "?",
                "..",
                "O'Neil \"x\" \\",
            })
    void whatIsInsideANameStays(String name) {
        assertEquals(name, IDENTITY.normalise(name));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "''|the identity is empty or blank",
                "' '|the identity is empty or blank",
                "'\u200B\uFEFF\u00A0'|the identity is empty or blank",
                "a\tb|the identity holds the control character U+0009",
                "a\u0000|the identity holds the control character U+0000",
                "a\u009F|the identity holds the control character U+009F",
                "a\u2028b|the identity holds the control character U+2028",
                "Ren\uFFFD|the identity holds U+FFFD, which stands for characters that were lost: it has to be sent as UTF-8",
                "a\uFFFE|the identity holds U+FFFE, which is no character",
                "a/b|the identity holds a '/'",
            })
    void whatIsNoNameIsRefusedAndNotRepeated(String text, String reason) {
        var e = assertThrows(InvalidNameException.class, () -> IDENTITY.normalise(text));
        assertEquals(reason, e.getMessage());
    }

    @Test
    void halfASurrogatePairAndBytesThatAreNotUtf8AreRefused() {
        String half = "a" + '\uD83D';

        assertEquals("the identity holds U+D83D, which is no character", refusal(half));
        var e = assertThrows(InvalidNameException.class, () -> IDENTITY.normalise(new byte[] {'R', (byte) 0xE9}));
        assertEquals("the identity is not UTF-8", e.getMessage());
    }

    @Test
    void theLengthIsCountedInCodePointsOfTheNormalisedName() {
        String pairs = "\uD83D\uDE00".repeat(512);

        assertEquals(pairs, IDENTITY.normalise(pairs));
        assertEquals("é".repeat(512), IDENTITY.normalise(" " + "e\u0301".repeat(512)));
        assertEquals("an identity of 513 characters is longer than 512", refusal(pairs + "a"));
        assertEquals(
                "a face_id of 513 characters is longer than 512",
                assertThrows(InvalidNameException.class, () -> FACE_ID.normalise("f".repeat(513)))
                        .getMessage());
    }

    @Test
    void aHugeTextCostsNoTime() {
        String marks = "a" + "\u0301\u0323".repeat(500_000);

        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertEquals("an identity of 1000001 characters is longer than 512", refusal(marks)));
    }

    @Test
    void aFaceIdMayBeEmptyAndHoldASlash() {
        assertEquals("", FACE_ID.normalise(" \u200B"));
        assertEquals("2024/é.jpg", FACE_ID.normalise("2024/e\u0301.jpg "));
    }

    @Test
    void aLineOfBlanksAndMarksIsBlank() {
        assertTrue(NameRule.isBlank(""));
        assertTrue(NameRule.isBlank("\uFEFF \t"));
        assertFalse(NameRule.isBlank(" a"));
    }

    private static String refusal(String text) {
        return String.valueOf(assertThrows(InvalidNameException.class, () -> IDENTITY.normalise(text))
                .getMessage());
    }
}
