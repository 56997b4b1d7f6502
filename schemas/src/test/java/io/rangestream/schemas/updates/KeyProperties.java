package io.rangestream.schemas.updates;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Keys are written in one way, and no other text is a key. */
class KeyProperties {
    private static final long HIGHEST = 999_999_999_999_999_999L;

    @Property(tries = 300)
    void whatIsWrittenIsRead(
            @ForAll("models") String model,
            @ForAll @LongRange(min = 1, max = HIGHEST) long version,
            @ForAll @IntRange(max = 999_999_999) int index) {
        var key = new VersionKey(model, version);

        assertEquals(Optional.of(key), VersionKey.parse(key.bytes()));
        assertEquals(Optional.of(key), VersionKey.parse(key.toString()));
        assertEquals(
                Optional.of(key.chunk(index)),
                ChunkKey.parse(bytes(key.chunk(index).toString())));
        assertEquals(Optional.empty(), VersionKey.parse(key.chunk(index).toString()), "a chunk's key is no version's");
        assertEquals(Optional.empty(), ChunkKey.parse(key.bytes()), "nor the other way round");
    }

    @Property(tries = 2000)
    void whatIsReadIsWrittenTheSame(@ForAll("texts") String text) {
        VersionKey.parse(text).ifPresent(key -> assertEquals(text, key.toString()));
        ChunkKey.parse(bytes(text)).ifPresent(key -> assertEquals(text, key.toString()));
    }

    @Property(tries = 500)
    void anyBytesAreReadOrPassedOver(@ForAll byte[] key) {
        VersionKey.parse(key).ifPresent(read -> assertEquals(new String(key, StandardCharsets.UTF_8), read.toString()));
        ChunkKey.parse(key).ifPresent(read -> assertEquals(new String(key, StandardCharsets.UTF_8), read.toString()));
    }

    @Example
    void otherWaysToWriteANumberAreNone() {
        for (String number :
                List.of("-5", "+5", "007", "0", "", " 5", "5 ", "5\n", "٥", "1e3", "9999999999999999999")) {
            assertEquals(Optional.empty(), VersionKey.parse("faces/" + number), number);
        }
        for (String number : List.of("-1", "+1", "01", "", "1\n", "٥", "2147483648")) {
            assertEquals(Optional.empty(), ChunkKey.parse(bytes("faces/5/" + number)), number);
        }
        for (String text : List.of("faces", "/5", "a/b/5", "fa ces/5", "x".repeat(101) + "/5", "faces/heartbeat")) {
            assertEquals(Optional.empty(), VersionKey.parse(text), text);
        }
        assertEquals(Optional.empty(), VersionKey.parse((byte[]) null));
        assertEquals(Optional.empty(), ChunkKey.parse(null));
        assertThrows(IllegalArgumentException.class, () -> new VersionKey("faces", 0));
        assertThrows(IllegalArgumentException.class, () -> new VersionKey("a/b", 1));
        assertThrows(IllegalArgumentException.class, () -> new VersionKey("faces", 1).chunk(-1));
    }

    @Provide
    Arbitrary<String> models() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withCharRange('A', 'Z')
                .numeric()
                .withChars("._-")
                .ofMinLength(1)
                .ofMaxLength(100);
    }

    /** Mostly near a key. */
    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> parts = Arbitraries.strings().withChars("a0159-+ /.").ofMaxLength(6);
        return Arbitraries.oneOf(
                parts.map(part -> "faces/" + part), parts.map(part -> "f/7/" + part), parts, Arbitraries.strings());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
