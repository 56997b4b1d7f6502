package io.rangestream.ingest.source;

import io.rangestream.schemas.identity.InvalidNameException;
import io.rangestream.schemas.identity.NameRule;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns the paths of a folder or an archive into crops with identities: {@code identity/file}, or {@code
 * top/identity/file} when nearly everything lies below one top folder, as in the archives of LFW. A backslash separates
 * like a slash: tools of Windows write them, and an identity must not become part of a file's name.
 */
final class FaceIndex {
    private static final Set<String> LEFTOVERS = Set.of("__MACOSX", "Thumbs.db", "desktop.ini");

    private final PathCharset charset;
    private final Rejections rejections;
    private final List<Found> found = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private record Found(List<String> path, long bytes, long position) {}

    /** @param rejections where what is left out goes */
    FaceIndex(PathCharset charset, Rejections rejections) {
        this.charset = charset;
        this.rejections = rejections;
    }

    /** @param path relative to the folder or as the archive has it; one that ends in a separator is a folder's and passed over */
    void add(String path, long bytes, long position) {
        List<String> parts = parts(path);
        if (parts.get(parts.size() - 1).isEmpty()) {
            return;
        }
        if (path.indexOf('\uFFFD') >= 0) {
            rejections.add(Reason.NAME, printable(path), "a character was lost when it was written");
        } else if (parts.contains("..")) {
            rejections.add(Reason.MISPLACED, printable(path));
        } else if (parts.stream().anyMatch(part -> part.startsWith(".") || LEFTOVERS.contains(part))) {
            rejections.add(Reason.HIDDEN, name(parts));
        } else {
            found.add(new Found(parts, bytes, position));
        }
    }

    /** Adds a path whose charset the archive does not tell. */
    void add(byte[] path, long bytes, long position) {
        charset.decode(path)
                .ifPresentOrElse(
                        text -> add(text, bytes, position),
                        () -> rejections.add(
                                Reason.NAME,
                                printable(PathCharset.escaped(path)),
                                charset.named().map("not in %s"::formatted).orElse("not UTF-8")));
    }

    void reject(Reason reason, String path, String detail) {
        rejections.add(reason, printable(path), detail);
    }

    /** Rejects a path whose charset the archive does not tell. */
    void reject(Reason reason, byte[] path, String detail) {
        reject(reason, charset.decode(path).orElseGet(() -> PathCharset.escaped(path)), detail);
    }

    /** The crops, sorted. To be called once, after everything was added. */
    List<FaceRef> faces() {
        Optional<String> top = topFolder();
        top.ifPresent(folder -> notes.add("identities are the folders in %s/".formatted(printable(folder))));
        int skipped = top.isPresent() ? 1 : 0;
        List<FaceRef> faces = new ArrayList<>(found.size());
        for (Found file : found) {
            int depth = file.path().size() - skipped;
            if (depth > 2) {
                rejections.add(Reason.TOO_DEEP, name(file.path()));
            } else if (depth < 2) {
                rejections.add(Reason.MISPLACED, name(file.path()));
            } else {
                try {
                    String identity = NameRule.IDENTITY.normalise(file.path().get(skipped));
                    String name = identity + "/" + printable(file.path().get(skipped + 1));
                    faces.add(new FaceRef(identity, name, file.bytes(), file.position()));
                } catch (InvalidNameException e) {
                    rejections.add(Reason.NO_IDENTITY, name(file.path()), String.valueOf(e.getMessage()));
                }
            }
        }
        faces.sort(Comparator.comparing(FaceRef::identity)
                .thenComparing(FaceRef::name)
                .thenComparingLong(FaceRef::position));
        return List.copyOf(faces);
    }

    Rejections rejections() {
        return rejections;
    }

    /** Adds a line about how the paths were understood. */
    void note(String line) {
        notes.add(line);
    }

    /** How the paths were understood, where that is not plain. A line each. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /** Why an index is empty. */
    static String summary(Rejections rejections) {
        if (rejections.total() == 0) {
            return "it holds no files";
        }
        var first = rejections.byReason().entrySet().iterator().next();
        return "its %d files do not (%s: %s)"
                .formatted(
                        rejections.total(),
                        first.getValue().samples().get(0),
                        first.getKey().text());
    }

    /** One name above all, and most files too deep to be identity/file without taking it off. */
    private Optional<String> topFolder() {
        List<Found> inFolders = found.stream().filter(f -> f.path().size() > 1).toList();
        if (inFolders.isEmpty()) {
            return Optional.empty();
        }
        String top = inFolders.get(0).path().get(0);
        long deep = inFolders.stream().filter(f -> f.path().size() > 2).count();
        boolean all = 2 * deep > inFolders.size()
                && inFolders.stream().allMatch(f -> f.path().get(0).equals(top));
        return all ? Optional.of(top) : Optional.empty();
    }

    /**
     * The components of a path. Composed characters are used throughout: archives made on macOS hold decomposed ones, and
     * the identity would not match the same name from elsewhere.
     */
    private static List<String> parts(String path) {
        String slashed = Normalizer.normalize(path, Normalizer.Form.NFC).replace('\\', '/');
        String relative = slashed.startsWith("/") ? slashed.substring(1) : slashed;
        List<String> parts = new ArrayList<>();
        for (String part : relative.split("/", -1)) {
            if (!part.equals(".")) {
                parts.add(part);
            }
        }
        return parts.isEmpty() ? List.of("") : parts;
    }

    private static String name(List<String> parts) {
        return printable(String.join("/", parts));
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "_");
    }
}
