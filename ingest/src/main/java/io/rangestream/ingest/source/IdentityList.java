package io.rangestream.ingest.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The identities to send, where not all of a source are.
 *
 * @param names in the order of the file
 */
public record IdentityList(Set<String> names) {
    public IdentityList {
        names = Collections.unmodifiableSet(new LinkedHashSet<>(names));
    }

    /**
     * Reads one identity per line, or a people file of LFW: {@code name<TAB>crops}, with lines that hold a number only
     * (how many names follow) between them. In a file without a tab such a line is an identity.
     *
     * @throws SourceException if the file cannot be read or names nobody
     */
    public static IdentityList read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw SourceException.unreadable(file, e);
        }
        boolean people = lines.stream().anyMatch(line -> line.indexOf('\t') > 0);
        Set<String> names = new LinkedHashSet<>();
        for (String line : lines) {
            if (people && line.strip().matches("\\d+")) {
                continue;
            }
            String name = people ? line.split("\t", 2)[0] : line;
            // A byte-order mark in front is no part of the first name.
            String clean = Normalizer.normalize(name.replace("\uFEFF", "").strip(), Normalizer.Form.NFC);
            if (!clean.isEmpty()) {
                names.add(clean);
            }
        }
        if (names.isEmpty()) {
            throw new SourceException("%s names no identity".formatted(file));
        }
        return new IdentityList(names);
    }
}
