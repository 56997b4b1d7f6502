package io.rangestream.schemas.identity;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/**
 * Which text is a name, and which texts are the same name. Whoever takes a name from outside normalises it first, so that
 * a person is the same person in records, orders, queries, lists and files.
 *
 * <p>Normalised: white space and invisible characters are taken off both ends ({@link #isBlank} says which), and the rest is
 * brought to Unicode's normalisation form C. Inside a name nothing is dropped or replaced: joiners and variation selectors
 * spell names, and what differs there is somebody else. Case matters.
 *
 * <p>Refused after that: a text of more than {@value #MAX_CHARACTERS} characters (Unicode code points); control
 * characters and line separators (general categories Cc, Zl, Zp); U+FFFD, which stands for characters that were lost on the
 * way; unpaired surrogates and noncharacters, which are no text. An identity must not be empty nor hold a {@code /}, since
 * {@code identity/face_id} is a key. docs/protocol.md has the rule for producers.
 */
public enum NameRule {
    /** Who is shown. */
    IDENTITY("identity"),
    /** The stable name of a face; empty if the producer gives none. */
    FACE_ID("face_id");

    /** Longest name, Unicode code points after normalisation. */
    public static final int MAX_CHARACTERS = 512;

    /**
     * Longest text that is looked at, UTF-16 units: a decomposed name of the largest size fits, and bringing a longer one to
     * form C may take quadratic time.
     */
    private static final int MAX_UNITS = 8 * MAX_CHARACTERS;

    private static final int REPLACEMENT = 0xFFFD;

    private final String what;

    NameRule(String what) {
        this.what = what;
    }

    /**
     * The name that a text stands for. Normalising twice is the same as normalising once.
     *
     * @throws InvalidNameException if the text is no name
     */
    public String normalise(String text) {
        if (text.length() > MAX_UNITS) {
            throw tooLong(text);
        }
        String name = Normalizer.normalize(strip(text), Normalizer.Form.NFC);
        if (name.isEmpty() && this == IDENTITY) {
            throw new InvalidNameException("the identity is empty or blank");
        }
        if (name.codePointCount(0, name.length()) > MAX_CHARACTERS) {
            throw tooLong(name);
        }
        name.codePoints().forEach(this::check);
        return name;
    }

    /**
     * The name that UTF-8 bytes stand for, as the key of a record.
     *
     * @throws InvalidNameException if the bytes are not UTF-8 or no name
     */
    public String normalise(byte[] utf8) {
        try {
            return normalise(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new InvalidNameException("the %s is not UTF-8".formatted(what));
        }
    }

    /** Whether a text is a name and normalised already. */
    public boolean isNormal(String text) {
        try {
            return normalise(text).equals(text);
        } catch (InvalidNameException e) {
            return false;
        }
    }

    /** Whether a text consists of nothing but characters that are taken off the ends of names. */
    public static boolean isBlank(String text) {
        return text.codePoints().allMatch(NameRule::isTakenOff);
    }

    private static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isTakenOff(text.codePointAt(from))) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (to > from && isTakenOff(text.codePointBefore(to))) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }

    private void check(int character) {
        int type = Character.getType(character);
        if (type == Character.CONTROL || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR) {
            throw new InvalidNameException("the %s holds the control character U+%04X".formatted(what, character));
        }
        if (character == REPLACEMENT) {
            throw new InvalidNameException(
                    "the %s holds U+FFFD, which stands for characters that were lost: it has to be sent as UTF-8"
                            .formatted(what));
        }
        if (type == Character.SURROGATE || isNoncharacter(character)) {
            throw new InvalidNameException("the %s holds U+%04X, which is no character".formatted(what, character));
        }
        if (character == '/' && this == IDENTITY) {
            throw new InvalidNameException("the identity holds a '/'");
        }
    }

    private InvalidNameException tooLong(String text) {
        return new InvalidNameException("%s %s of %d characters is longer than %d"
                .formatted(this == IDENTITY ? "an" : "a", what, text.codePointCount(0, text.length()), MAX_CHARACTERS));
    }

    private static boolean isNoncharacter(int character) {
        return (character & 0xFFFE) == 0xFFFE || (character >= 0xFDD0 && character <= 0xFDEF);
    }

    /** Written out, so that it is the same in every language and with every version of Unicode. */
    private static boolean isTakenOff(int character) {
        return isWhiteSpace(character) || isInvisible(character);
    }

    /** Unicode's White_Space. */
    private static boolean isWhiteSpace(int c) {
        return (c >= 0x0009 && c <= 0x000D)
                || c == 0x0020
                || c == 0x0085
                || c == 0x00A0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    /**
     * What shows nothing by itself: soft hyphen, byte-order mark, zero-width and bidirectional marks, joiners, fillers,
     * interlinear annotation. Not what changes the character before it: variation selectors and tags.
     */
    private static boolean isInvisible(int c) {
        return c == 0x00AD
                || c == 0x061C
                || c == 0x115F
                || c == 0x1160
                || c == 0x180E
                || (c >= 0x200B && c <= 0x200F)
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2060 && c <= 0x206F)
                || c == 0x3164
                || c == 0xFEFF
                || c == 0xFFA0
                || (c >= 0xFFF9 && c <= 0xFFFB);
    }
}
