package io.rangestream.schemas.identity;

import static io.rangestream.schemas.identity.NameRule.IDENTITY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class NameRuleProperties {
    private static final String BLANKS =
            "\t\n\u000B\f\r \u0085\u00A0\u1680\u2000\u2007\u200A\u2028\u2029\u202F\u205F\u3000"
                    + "\u00AD\u061C\u115F\u1160\u180E\u200B\u200C\u200D\u200E\u200F\u202A\u202E\u2060\u2066\u206F\u3164\uFEFF\uFFA0\uFFF9\uFFFB";

    @Property
    void normalisingTwiceIsNormalisingOnce(@ForAll("texts") String text) {
        normalised(text).ifPresent(name -> assertEquals(name, IDENTITY.normalise(name)));
    }

    @Property
    void everyNormalFormIsTheSamePerson(@ForAll("texts") String text) {
        Optional<String> composed = normalised(Normalizer.normalize(text, Normalizer.Form.NFC));
        Optional<String> decomposed = normalised(Normalizer.normalize(text, Normalizer.Form.NFD));

        assertEquals(composed, decomposed);
        assertEquals(composed, normalised(text));
    }

    @Property
    void whatIsBlankAtTheEndsIsNoPartOfTheName(
            @ForAll("texts") String text, @ForAll("blanks") String before, @ForAll("blanks") String after) {
        assertEquals(normalised(text), normalised(before + text + after));
    }

    @Property
    void aNameSurvivesItsBytes(@ForAll("texts") String text) {
        normalised(text)
                .ifPresent(name -> assertEquals(name, IDENTITY.normalise(name.getBytes(StandardCharsets.UTF_8))));
    }

    @Example
    void noCharacterIsNormalisedDifferentlyTheSecondTime() {
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT).forEach(c -> {
            String text = "a" + Character.toString(c);
            normalised(text).ifPresent(name -> {
                assertEquals(name, IDENTITY.normalise(name));
                assertFalse(NameRule.isBlank(name.substring(name.offsetByCodePoints(name.length(), -1))));
            });
        });
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<Character> odd = Arbitraries.of(
                "aAéıİ \u0301\u0323\u0327\u0345\u200D\u200B\uFEFF\u00A0\u1100\u1161\u11A8\uAC00\u212B\u2126\uFFFD\u0000/\uD83D\uDE00"
                        .chars()
                        .mapToObj(c -> (char) c)
                        .collect(Collectors.toList()));
        return Arbitraries.oneOf(
                odd.list().ofMaxSize(12).map(NameRuleProperties::joined),
                Arbitraries.strings().ofMaxLength(20),
                Arbitraries.strings().all().ofMaxLength(20));
    }

    @Provide
    Arbitrary<String> blanks() {
        return Arbitraries.strings().withChars(BLANKS).ofMaxLength(4);
    }

    private static String joined(Iterable<Character> characters) {
        var text = new StringBuilder();
        characters.forEach(text::append);
        return text.toString();
    }

    private static Optional<String> normalised(String text) {
        try {
            return Optional.of(IDENTITY.normalise(text));
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }
}
