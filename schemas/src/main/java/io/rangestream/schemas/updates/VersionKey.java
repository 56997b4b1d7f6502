package io.rangestream.schemas.updates;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a version, {@code MODEL/VERSION}: the key of its update, the subject of its event, and the name of the embedding space that
 * it founded.
 *
 * @param model letters, digits, '.', '_' and '-', at most 100
 * @param version from 1
 */
public record VersionKey(String model, long version) {
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9._-]{1,100})/([1-9][0-9]{0,17})");
    private static final long HIGHEST = 999_999_999_999_999_999L;

    public VersionKey {
        if (!MODEL.matcher(model).matches() || version < 1 || version > HIGHEST) {
            throw new IllegalArgumentException("no version is called %s/%d".formatted(model, version));
        }
    }

    /** The version that a text names; empty unless it is the one way to write that name. */
    public static Optional<VersionKey> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new VersionKey(matcher.group(1), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    /** The version that a record's key names. */
    public static Optional<VersionKey> parse(byte @Nullable [] key) {
        return key == null ? Optional.empty() : parse(new String(key, StandardCharsets.UTF_8));
    }

    /** The key of one of the version's chunks. */
    public ChunkKey chunk(int index) {
        return new ChunkKey(this, index);
    }

    /** As it is on the wire. */
    public byte[] bytes() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return model + "/" + version;
    }
}
