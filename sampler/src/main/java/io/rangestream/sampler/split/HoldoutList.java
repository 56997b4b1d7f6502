package io.rangestream.sampler.split;

import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the identities to be held out from a file: UTF-8, one a line; blank lines and blanks around a name do not count. */
public final class HoldoutList {
    private HoldoutList() {}

    /** @throws ConfigurationException if the file cannot be read or names nobody, which would bring the hash back */
    public static Set<String> read(Path file) {
        Set<String> identities;
        try (var lines = Files.lines(file)) {
            identities =
                    lines.map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.toSet());
        } catch (IOException | UncheckedIOException e) {
            throw new ConfigurationException("the holdout's identities cannot be read as UTF-8 from %s: %s"
                    .formatted(file, e.getMessage() == null ? e : e.getMessage()));
        }
        if (identities.isEmpty()) {
            throw new ConfigurationException("%s names no identity for the holdout".formatted(file));
        }
        return identities;
    }
}
