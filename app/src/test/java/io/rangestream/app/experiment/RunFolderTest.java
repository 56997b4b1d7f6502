package io.rangestream.app.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aRunIsReadAsItWasWritten() throws IOException {
        var runFolder = new RunFolder(folder.resolve("a"));
        assertFalse(runFolder.isFinished());

        runFolder.write(run("a"));

        assertTrue(runFolder.isFinished());
        assertEquals(run("a"), runFolder.read());
    }

    @Test
    void aRunThatWasMadeWithOtherSettingsIsNotPassedOver() throws IOException {
        var runFolder = new RunFolder(folder.resolve("a"));
        assertFalse(runFolder.isMadeWith(Map.of("loss", "softmax")), "not made yet");
        runFolder.write(run("a"));

        assertTrue(runFolder.isMadeWith(Map.of("loss", "softmax+range")));
        String other = assertThrows(ConfigurationException.class, () -> runFolder.isMadeWith(Map.of("loss", "softmax")))
                .getMessage();
        String more = assertThrows(
                        ConfigurationException.class,
                        () -> runFolder.isMadeWith(Map.of("loss", "softmax+range", "crops", "64")))
                .getMessage();
        assertTrue(other.contains("loss=softmax+range, not softmax"), other);
        assertTrue(more.contains("crops=(default), not 64"), more);
    }

    @Test
    void nothingButTheRunIsLeftBehind() throws IOException {
        new RunFolder(folder).write(run("a"));

        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("run.json")), files.toList());
        }
    }

    @Test
    void runFoldersAreFoundDirectlyAndOneLevelBelow() throws IOException {
        for (String name : List.of("b", "a", "c")) {
            new RunFolder(folder.resolve("all").resolve(name)).write(run(name));
        }
        Files.createDirectories(folder.resolve("all/unfinished"));

        List<RunFolder> found = RunFolder.among(List.of(folder.resolve("all/c"), folder.resolve("all")));

        assertEquals(
                List.of("c", "a", "b"), found.stream().map(f -> f.read().name()).toList());
    }

    @Test
    void whatIsNoRunFolderIsNamedInOneLine() throws IOException {
        Path damaged = Files.createDirectories(folder.resolve("damaged"));
        Files.writeString(damaged.resolve("run.json"), "{\"experiment\": ");

        String missing = refusal(folder.resolve("missing"));
        String empty = refusal(Files.createDirectories(folder.resolve("empty")));
        String unreadable = assertThrows(ConfigurationException.class, () -> new RunFolder(damaged).read())
                .getMessage();

        assertTrue(missing.contains("missing") && missing.contains("does not exist"), missing);
        assertTrue(empty.contains("empty") && empty.contains("no run.json"), empty);
        assertTrue(unreadable.contains("damaged") && unreadable.lines().count() == 1, unreadable);
    }

    @Test
    void aFigureThatIsNoNumberIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Run.Point(1, Map.of("auc", Double.NaN)));
    }

    private static String refusal(Path path) {
        return assertThrows(ConfigurationException.class, () -> RunFolder.among(List.of(path)))
                .getMessage();
    }

    private static Run run(String name) {
        return new Run(
                "tail-cut",
                name,
                7,
                "2026-01-02T03:04:05Z",
                "2026-01-02T03:05:05Z",
                new Software("0.1.0", "17", "Linux", 2, "CPU"),
                Map.of("loss", "softmax+range"),
                Map.of("auc", 0.875),
                List.of(new Run.Point(64, Map.of("auc", 0.75))));
    }
}
