package io.rangestream.app.evaluate;

import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The images that protocols name: by path ({@code identity/file.jpg}), by path without ending, or by the file's name alone as LFW
 * does; for videos, the frames in a folder {@code identity/video}.
 */
public final class ImageSet implements AutoCloseable {

    /** One image, not read yet. */
    @FunctionalInterface
    public interface Image {
        byte[] read() throws IOException;
    }

    private final String description;
    private final AutoCloseable source;
    private final Map<String, Image> images;

    private ImageSet(String description, AutoCloseable source, Map<String, Image> images) {
        this.description = description;
        this.source = source;
        this.images = images;
    }

    /** A folder, tar or zip of {@code identity/file}. */
    public static ImageSet faces(FaceSource source) {
        Map<String, Image> images = new TreeMap<>();
        for (FaceRef face : source.faces()) {
            images.put(face.name(), () -> source.read(face));
        }
        return new ImageSet(source.description(), source, images);
    }

    /**
     * A folder of {@code identity/video/frame}, as YTF's {@code aligned_images_DB}.
     *
     * @param perVideo frames of a video at most, evenly spaced; 0 for all
     */
    static ImageSet videos(Path root, Collection<String> videos, int perVideo) {
        Map<String, Image> images = new TreeMap<>();
        for (String video : videos) {
            List<Path> frames = frames(root.resolve(video));
            int wanted = perVideo == 0 ? frames.size() : Math.min(perVideo, frames.size());
            for (int i = 0; i < wanted; i++) {
                Path frame = frames.get((int) ((long) i * frames.size() / wanted));
                images.put(video + "/" + frame.getFileName(), () -> Files.readAllBytes(frame));
            }
        }
        return new ImageSet(root.toString(), () -> {}, images);
    }

    /** All images under their full names. */
    public Map<String, Image> all() {
        return images;
    }

    /** @throws ConfigurationException naming the first image that is not there, or one that two files could be */
    public Map<String, Image> named(Collection<String> names) {
        Map<String, List<Image>> aliases = new TreeMap<>();
        images.forEach((name, image) -> {
            String bare = withoutEnding(name);
            Stream.of(name, bare, bare.substring(bare.lastIndexOf('/') + 1))
                    .distinct()
                    .forEach(alias -> aliases.computeIfAbsent(alias, a -> new ArrayList<>())
                            .add(image));
        });
        Map<String, Image> found = new TreeMap<>();
        for (String name : names) {
            List<Image> candidates = aliases.getOrDefault(name, List.of());
            if (candidates.size() != 1) {
                throw new ConfigurationException("the pairs name %s, which %s has %s"
                        .formatted(name, description, candidates.isEmpty() ? "not" : "more than once"));
            }
            found.put(name, candidates.get(0));
        }
        return found;
    }

    @Override
    public void close() {
        try {
            source.close();
        } catch (Exception e) {
            throw new IllegalStateException("%s cannot be closed: %s".formatted(description, e.getMessage()), e);
        }
    }

    private static List<Path> frames(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> frames = files.filter(file -> Files.isRegularFile(file)
                            && !String.valueOf(file.getFileName()).startsWith("."))
                    .sorted()
                    .toList();
            if (frames.isEmpty()) {
                throw new ConfigurationException("no frames in %s".formatted(folder));
            }
            return frames;
        } catch (IOException | UncheckedIOException e) {
            throw new ConfigurationException("no folder of frames: " + folder);
        }
    }

    private static String withoutEnding(String path) {
        int dot = path.lastIndexOf('.');
        return dot > path.lastIndexOf('/') + 1 ? path.substring(0, dot) : path;
    }
}
