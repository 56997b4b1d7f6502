package io.rangestream.app.evaluate;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.TextLines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Embeddings made elsewhere: a folder with {@code names.txt}, a name a line, and {@code embeddings.f32}, the rows in that order as
 * little-endian float32; or one text file, a name and its values a line, separated by tabs, commas or spaces.
 */
final class EmbeddingFiles {

    private EmbeddingFiles() {}

    /** @throws ConfigurationException in one line if the files cannot be read or do not fit together */
    static Templates read(Path path) {
        try {
            return Files.isDirectory(path) ? readFolder(path) : readText(path);
        } catch (IOException e) {
            throw new ConfigurationException("the embeddings cannot be read: " + e.getMessage());
        }
    }

    private static Templates readFolder(Path folder) throws IOException {
        List<String> names = TextLines.readComposed(folder.resolve("names.txt")).stream()
                .filter(line -> !line.isBlank())
                .toList();
        var floats = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("embeddings.f32")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        if (names.isEmpty() || floats.remaining() == 0 || floats.remaining() % names.size() != 0) {
            throw new ConfigurationException(
                    "%s: %d values are no rows for %d names".formatted(folder, floats.remaining(), names.size()));
        }
        var row = new float[floats.remaining() / names.size()];
        var templates = new Templates();
        for (String name : names) {
            floats.get(row);
            templates.put(name, row);
        }
        return templates;
    }

    private static Templates readText(Path file) throws IOException {
        var templates = new Templates();
        for (String line : TextLines.readComposed(file)) {
            if (line.isBlank()) {
                continue;
            }
            String[] fields = line.strip().split("[\\t, ]+");
            var row = new float[fields.length - 1];
            try {
                for (int i = 0; i < row.length; i++) {
                    row[i] = Float.parseFloat(fields[i + 1]);
                }
            } catch (NumberFormatException e) {
                throw new ConfigurationException("%s: no embedding: %s"
                        .formatted(file, String.join(" ", Arrays.copyOf(fields, Math.min(3, fields.length)))));
            }
            if (row.length == 0) {
                throw new ConfigurationException("%s: no values for %s".formatted(file, fields[0]));
            }
            templates.put(fields[0], row);
        }
        if (templates.size() == 0) {
            throw new ConfigurationException("%s holds no embeddings".formatted(file));
        }
        return templates;
    }
}
