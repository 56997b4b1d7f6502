package io.rangestream.ingest.source;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Turns the paths of a folder or an archive into crops with identities: {@code identity/file}, or {@code
 * top/identity/file} when nearly everything lies below one top folder, as in the archives of LFW.
 */
final class FaceIndex {
    private static final Set<String> LEFTOVERS = Set.of("__MACOSX", "Thumbs.db", "desktop.ini");

    private final List<Found> found = new ArrayList<>();
    private final Rejections rejections = new Rejections();

    private record Found(List<String> path, long bytes, long position) {}

    /** @param path slash-separated, relative to the folder or as the archive has it */
    void add(String path, long bytes, long position) {
        List<String> parts = parts(path);
        if (parts.isEmpty() || parts.contains("..")) {
            rejections.add(Reason.MISPLACED, printable(path));
        } else if (parts.stream().anyMatch(part -> part.startsWith(".") || LEFTOVERS.contains(part))) {
            rejections.add(Reason.HIDDEN, String.join("/", parts));
        } else {
            found.add(new Found(parts, bytes, position));
        }
    }

    void reject(Reason reason, String path) {
        rejections.add(reason, printable(path));
    }

    /** The crops, sorted. To be called once, after everything was added. */
    List<FaceRef> faces() {
        int skipped = hasTopFolder() ? 1 : 0;
        List<FaceRef> faces = new ArrayList<>(found.size());
        for (Found file : found) {
            List<String> path = file.path()
                    .subList(Math.min(skipped, file.path().size()), file.path().size());
            String name = String.join("/", file.path());
            if (path.size() != 2) {
                rejections.add(Reason.MISPLACED, name);
            } else if (path.get(0).isBlank()) {
                rejections.add(Reason.NO_IDENTITY, name);
            } else {
                faces.add(new FaceRef(path.get(0), String.join("/", path), file.bytes(), file.position()));
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
    private boolean hasTopFolder() {
        List<Found> inFolders = found.stream().filter(f -> f.path().size() > 1).toList();
        if (inFolders.isEmpty()) {
            return false;
        }
        String top = inFolders.get(0).path().get(0);
        long deep = inFolders.stream().filter(f -> f.path().size() > 2).count();
        return 2 * deep > inFolders.size()
                && inFolders.stream().allMatch(f -> f.path().get(0).equals(top));
    }

    /**
     * The components of a path. Composed characters are used throughout: archives made on macOS hold decomposed ones, and
     * the identity would not match the same name from elsewhere.
     */
    private static List<String> parts(String path) {
        String slashed = path.contains("/") ? path : path.replace('\\', '/');
        String relative = slashed.startsWith("/") ? slashed.substring(1) : slashed;
        List<String> parts = new ArrayList<>();
        for (String part : Normalizer.normalize(relative, Normalizer.Form.NFC).split("/", -1)) {
            if (!part.equals(".")) {
                parts.add(printable(part).strip());
            }
        }
        return parts;
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "_");
    }
}
