package io.rangestream.ingest.source;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Optional;

/**
 * What the bytes of a path mean: text of the charset that the user named, else UTF-8. Other bytes are no text: a charset
 * is never guessed, since a name says who somebody is.
 *
 * @param named by the user, for paths of which their archive does not say that they are UTF-8
 */
public record PathCharset(Optional<Charset> named) {
    /** UTF-8. */
    public static final PathCharset DEFAULT = new PathCharset(Optional.empty());

    /** @throws SourceException if there is no such charset, or a path's slashes are no slashes in it */
    public static PathCharset of(String name) {
        try {
            Charset charset = Charset.forName(name);
            String ascii = "a/b.jpg";
            if (!new String(ascii.getBytes(StandardCharsets.US_ASCII), charset).equals(ascii)) {
                throw new SourceException("paths cannot be in %s".formatted(charset));
            }
            return new PathCharset(Optional.of(charset));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new SourceException(
                    "there is no charset %s: IBM437, windows-1252, Shift_JIS, GBK and Big5 are some".formatted(name));
        }
    }

    /** The text, or empty if the bytes are none. */
    Optional<String> decode(byte[] path) {
        return decode(path, named.orElse(StandardCharsets.UTF_8));
    }

    /** The text, if the bytes are UTF-8. */
    static Optional<String> utf8(byte[] path) {
        return decode(path, StandardCharsets.UTF_8);
    }

    /** The bytes for people: what is not ASCII as {@code \xE9}. */
    static String escaped(byte[] path) {
        var text = new StringBuilder();
        for (byte b : path) {
            text.append(b >= 0 ? String.valueOf((char) b) : "\\x%02X".formatted(b));
        }
        return text.toString();
    }

    private static Optional<String> decode(byte[] path, Charset charset) {
        try {
            return Optional.of(
                    charset.newDecoder().decode(ByteBuffer.wrap(path)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
