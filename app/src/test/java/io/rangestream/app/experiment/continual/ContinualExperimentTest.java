package io.rangestream.app.experiment.continual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.command.RangeStreamCommand;
import io.rangestream.app.experiment.Run;
import io.rangestream.app.experiment.RunFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The experiment at its quick size, through the embedded broker, the sampler and the learner. */
class ContinualExperimentTest {
    @TempDir
    Path folder;

    @Test
    void whenOnePersonComesAfterTheOtherBuffersBeatTheRawStream() throws IOException {
        // When
        quick();

        // Then
        Run raw = new RunFolder(folder.resolve("by-identity-raw-1")).read();
        Run range = new RunFolder(folder.resolve("by-identity-range-1")).read();
        assertTrue(
                figure(range, Figures.MIRRORED_AUC) > figure(raw, Figures.MIRRORED_AUC),
                "AUC %s and %s".formatted(range.figures(), raw.figures()));
        assertTrue(
                figure(range, Figures.RANK1) > figure(raw, Figures.RANK1),
                "rank-1 %s and %s".formatted(range.figures(), raw.figures()));
        assertEquals(ContinualOptions.VERSIONS, range.series().size());
        assertEquals(
                range.series().get(ContinualOptions.VERSIONS - 1).crops(),
                raw.series().get(ContinualOptions.VERSIONS - 1).crops(),
                "the same budget");

        // And a second start makes neither again
        var before = Files.getLastModifiedTime(folder.resolve("by-identity-raw-1/run.json"));
        quick();
        assertEquals(before, Files.getLastModifiedTime(folder.resolve("by-identity-raw-1/run.json")));
        assertTrue(Files.readString(folder.resolve("continual.md")).contains("by-identity"));
    }

    private void quick() {
        var printed = new ByteArrayOutputStream();
        var out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        int exit =
                RangeStreamCommand.execute(out, out, "experiment", "continual", "--quick", "--out", folder.toString());
        assertEquals(0, exit, printed.toString(StandardCharsets.UTF_8));
    }

    private static double figure(Run run, String name) {
        return run.figures().getOrDefault(name, Double.NaN);
    }
}
