package io.rangestream.app.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where a run leaves what it found. {@code run.json} comes last and at once, so a folder that has it is a finished run: whoever
 * starts an experiment again passes over it, and an interrupted run is made anew.
 *
 * @param path the folder, which need not exist yet
 */
public record RunFolder(Path path) {
    private static final String RUN = "run.json";
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /**
     * The run folders among these: each is one, or holds some.
     *
     * @return sorted by path within each folder
     * @throws ConfigurationException in one line, naming the first path that neither is nor holds a run folder
     */
    public static List<RunFolder> among(List<Path> paths) {
        return paths.stream().flatMap(path -> of(path).stream()).distinct().toList();
    }

    /** Whether a folder holds a finished run; none does that is not there. */
    public static boolean isAnyIn(Path folder) {
        return Files.isDirectory(folder) && !finishedIn(folder).isEmpty();
    }

    /** Whether the run is there, and complete. */
    public boolean isFinished() {
        return Files.isRegularFile(path.resolve(RUN));
    }

    /**
     * Whether the run is there, made with these settings.
     *
     * @throws ConfigurationException in one line, if it was made with others
     */
    public boolean isMadeWith(Map<String, String> wanted) {
        if (!isFinished()) {
            return false;
        }
        DifferentSetting.between(read().settings(), wanted).ifPresent(setting -> {
            throw new ConfigurationException("%s was made with %s=%s, not %s: give another --out"
                    .formatted(path, setting.key(), setting.first(), setting.second()));
        });
        return true;
    }

    /**
     * Writes the run, once everything else that belongs into the folder is there.
     *
     * @throws IOException if it cannot be written; then the run is not finished
     */
    public void write(Run run) throws IOException {
        Files.createDirectories(path);
        Path partial = Files.createTempFile(path, RUN, ".partial");
        try {
            Files.writeString(partial, JSON.writeValueAsString(run) + "\n");
            Files.move(partial, path.resolve(RUN), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** @throws ConfigurationException in one line, if there is no finished run or it cannot be read */
    public Run read() {
        Path file = path.resolve(RUN);
        try {
            return JSON.readValue(file.toFile(), Run.class);
        } catch (JsonProcessingException e) {
            throw new ConfigurationException("%s is no run: %s".formatted(file, e.getOriginalMessage()));
        } catch (IOException e) {
            throw new ConfigurationException("%s is no run folder: it has no readable %s".formatted(path, RUN));
        }
    }

    private static List<RunFolder> of(Path path) {
        var itself = new RunFolder(path);
        if (itself.isFinished()) {
            return List.of(itself);
        }
        if (!Files.isDirectory(path)) {
            throw new ConfigurationException("%s is no run folder: it does not exist".formatted(path));
        }
        List<RunFolder> runs = finishedIn(path);
        if (runs.isEmpty()) {
            throw new ConfigurationException("%s is no run folder and holds none: no %s in it".formatted(path, RUN));
        }
        return runs;
    }

    private static List<RunFolder> finishedIn(Path path) {
        try (Stream<Path> children = Files.list(path)) {
            return children.sorted()
                    .map(RunFolder::new)
                    .filter(RunFolder::isFinished)
                    .toList();
        } catch (IOException e) {
            throw new ConfigurationException("%s cannot be read: %s".formatted(path, e.getMessage()));
        }
    }
}
