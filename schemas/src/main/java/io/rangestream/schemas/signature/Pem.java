package io.rangestream.schemas.signature;

import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys in text form (RFC 7468), as OpenSSL reads and writes them. */
final class Pem {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private Pem() {}

    static String write(String label, byte[] der) {
        return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
                .formatted(label, LINES.encodeToString(der))
                .replace(System.lineSeparator(), "\n");
    }

    /**
     * A block of a file.
     *
     * @param before what stands between it and the block before it
     * @param der decoded
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Block(String before, byte[] der) {}

    /**
     * The blocks of one label, in the order of the file, and last what stands behind them, with nothing decoded.
     *
     * @throws ConfigurationException in one line if the file cannot be read or has no such block
     */
    static List<Block> read(Path file, String label) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new ConfigurationException("the key file %s cannot be read".formatted(file));
        }
        Matcher blocks = Pattern.compile("-----BEGIN %1$s-----([A-Za-z0-9+/=\\s]+)-----END %1$s-----".formatted(label))
                .matcher(text);
        List<Block> keys = new ArrayList<>();
        int end = 0;
        try {
            while (blocks.find()) {
                keys.add(new Block(
                        text.substring(end, blocks.start()),
                        Base64.getMimeDecoder().decode(blocks.group(1))));
                end = blocks.end();
            }
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("the key file %s is damaged".formatted(file));
        }
        if (keys.isEmpty()) {
            throw new ConfigurationException("the key file %s has no %s".formatted(file, label));
        }
        keys.add(new Block(text.substring(end), new byte[0]));
        return keys;
    }
}
