package io.rangestream.schemas.updates;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The key of a chunk of a version's weights, {@code MODEL/VERSION/INDEX}.
 *
 * @param index from 0
 */
public record ChunkKey(VersionKey version, int index) {
    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");
    private static final int HIGHEST = 999_999_999;

    public ChunkKey {
        if (index < 0 || index > HIGHEST) {
            throw new IllegalArgumentException("%s has no chunk %d".formatted(version, index));
        }
    }

    /** The chunk that a record's key names; empty unless it is the one way to write that. */
    public static Optional<ChunkKey> parse(byte @Nullable [] key) {
        String text = key == null ? "" : new String(key, StandardCharsets.UTF_8);
        int slash = text.lastIndexOf('/');
        if (slash < 0 || !INDEX.matcher(text.substring(slash + 1)).matches()) {
            return Optional.empty();
        }
        int index = Integer.parseInt(text.substring(slash + 1));
        return VersionKey.parse(text.substring(0, slash)).map(version -> new ChunkKey(version, index));
    }

    @Override
    public String toString() {
        return version + "/" + index;
    }
}
