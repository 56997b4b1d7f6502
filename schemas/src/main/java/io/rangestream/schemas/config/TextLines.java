package io.rangestream.schemas.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The lines of a text file in UTF-8, with or without a byte-order mark, ended by LF, CRLF or CR. A file of another charset
 * is refused: its names would be somebody else's.
 */
public final class TextLines {
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private TextLines() {}

    /** @throws ConfigurationException in one line, if the file cannot be read or is not UTF-8 */
    public static List<String> read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new ConfigurationException("%s does not exist".formatted(file));
        } catch (IOException e) {
            throw new ConfigurationException("cannot read %s: %s".formatted(file, e.getMessage()));
        }
        String text = decode(file, bytes);
        return List.of((text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).split("\r\n|\r|\n"));
    }

    /** The lines with their characters composed (normalisation form C), so that equal names are equal texts. */
    public static List<String> readComposed(Path file) {
        return read(file).stream()
                .map(line -> Normalizer.normalize(line, Normalizer.Form.NFC))
                .toList();
    }

    private static String decode(Path file, byte[] bytes) {
        // No text of ours holds NUL, and UTF-16 of western names is full of them.
        boolean wide = IntStream.range(0, bytes.length).anyMatch(i -> bytes[i] == 0);
        if (wide || startsWith(bytes, 0xFF, 0xFE) || startsWith(bytes, 0xFE, 0xFF)) {
            throw new ConfigurationException(
                    "%s is not UTF-8 but looks like UTF-16; convert it: iconv -f UTF-16 -t UTF-8".formatted(file));
        }
        var in = ByteBuffer.wrap(bytes);
        var out = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            throw new ConfigurationException(
                    "%s is not UTF-8: line %d holds the byte %02X; convert it, if it is Latin-1 with: iconv -f ISO-8859-1 -t UTF-8"
                            .formatted(file, text.split("\r\n|\r|\n", -1).length, in.get()));
        }
        return text;
    }

    private static boolean startsWith(byte[] bytes, int first, int second) {
        return bytes.length >= 2 && (bytes[0] & 0xFF) == first && (bytes[1] & 0xFF) == second;
    }
}
