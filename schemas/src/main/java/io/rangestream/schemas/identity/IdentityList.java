package io.rangestream.schemas.identity;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.TextLines;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A list of people: whom to send, to hold out or to train on.
 *
 * @param names normalised by {@link NameRule#IDENTITY}, in the order of the file
 */
public record IdentityList(Set<String> names) {
    private static final String COUNT = "\\d+";
    private static final String NAME_AND_COUNT = "[^\t]+\t\\d+";

    public IdentityList {
        names = Collections.unmodifiableSet(new LinkedHashSet<>(names));
    }

    /**
     * Reads one identity per line, or a people file of LFW: {@code name<TAB>crops} on each line, with lines that hold a number
     * only between them: how many names follow, and above all how many such numbers. Blank lines do not count. There are no
     * comments: {@code #} may begin a name.
     *
     * @throws ConfigurationException in one line, if the file cannot be read, is not UTF-8, names nobody or holds a line that
     *     is no name, nor a number that counts what follows
     */
    public static IdentityList read(Path file) {
        List<String> lines = TextLines.read(file);
        List<String> filled = lines.stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        boolean people = filled.stream().allMatch(line -> line.matches(COUNT) || line.matches(NAME_AND_COUNT))
                && filled.stream().anyMatch(line -> line.indexOf('\t') > 0);
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (people && line.strip().matches(COUNT)) {
                requireCount(lines, i, file);
            } else if (!NameRule.isBlank(line)) {
                try {
                    names.add(NameRule.IDENTITY.normalise(people ? line.strip().split("\t", 2)[0] : line));
                } catch (InvalidNameException e) {
                    throw new ConfigurationException("%s, line %d: %s".formatted(file, i + 1, e.getMessage()));
                }
            }
        }
        if (names.isEmpty()) {
            throw new ConfigurationException("%s names no identity".formatted(file));
        }
        return new IdentityList(names);
    }

    /** A number that counts nothing may be a name, which nobody would miss if it were passed over. */
    private static void requireCount(List<String> lines, int at, Path file) {
        String number = lines.get(at).strip();
        boolean first = lines.subList(0, at).stream().allMatch(String::isBlank);
        int names = 0;
        int numbers = 0;
        for (String line : lines.subList(at + 1, lines.size())) {
            if (line.strip().matches(COUNT)) {
                numbers++;
                if (!first || names > 0) {
                    break;
                }
            } else if (numbers == 0 && !NameRule.isBlank(line)) {
                names++;
            }
        }
        int counted = first && names == 0 ? numbers : names;
        if (counted == 0 || !number.equals(String.valueOf(counted))) {
            throw new ConfigurationException(
                    "%s, line %d: %s is no count, since %d names follow, and no name: that needs a tab and a number"
                            .formatted(file, at + 1, number, names));
        }
    }
}
