package io.rangestream.app.experiment.tailcut;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.experiment.Run;
import io.rangestream.app.experiment.RunFolder;
import io.rangestream.app.experiment.Software;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CutTableTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aCellIsTheMeanAndTheSampleDeviationOverSeeds() throws IOException {
        write(0, 1, 0.80, "20000");
        write(0, 2, 0.90, "20000");
        write(0, 3, 0.70, "20000");

        CutTable.Row row = table().rows().get(0);
        CutTable.Cell cell = row.cells().get(0);

        assertEquals(0.80, cell.mean(), 1e-12);
        assertEquals(0.10, cell.deviation(), 1e-12);
        assertNull(row.uncutAgainstBestCut());
    }

    @Test
    void theUncutTailIsSetAgainstTheBestCutSeedBySeed() throws IOException {
        write(0, 1, 0.80, "20000");
        write(0, 2, 0.90, "20000");
        write(50, 1, 0.85, "20000");
        write(50, 2, 0.93, "20000");
        write(100, 1, 0.10, "20000");

        CutTable.Cell difference = table().rows().get(0).uncutAgainstBestCut();

        assertEquals(-0.04, difference.mean(), 1e-12);
        assertEquals(2, difference.bySeed().size());
        assertTrue(CutReport.of(folder).markdown().contains("-0.0400 ± 0.0141 (2)"));
    }

    @Test
    void runsOfDifferentBudgetsAreNotAveraged() throws IOException {
        write(0, 1, 0.80, "20000");
        write(0, 2, 0.90, "60000");

        String refusal = assertThrows(ConfigurationException.class, this::table).getMessage();

        assertTrue(refusal.contains("crops is 20000 and 60000"), refusal);
    }

    private CutTable table() {
        return CutTable.of(RunFolder.among(List.of(folder)));
    }

    private void write(int cut, long seed, double auc, String crops) throws IOException {
        Arm arm = new Arm("softmax+range", cut, Arm.Sampling.BALANCED, 1, seed);
        var run = new Run(
                TailCut.EXPERIMENT,
                arm.name(),
                seed,
                "2026-01-02T03:04:05Z",
                "2026-01-02T03:05:05Z",
                new Software("0.1.0", "17", "Linux", 2, "CPU"),
                Map.of(
                        "loss",
                        arm.loss(),
                        "cut",
                        "" + cut,
                        "sampling",
                        "balanced",
                        "tau",
                        "1.0",
                        "crops",
                        crops,
                        "tail.below",
                        "20"),
                Map.of("auc", auc),
                List.of(new Run.Point(0, Map.of("auc", 0.7))));
        new RunFolder(folder.resolve(arm.name())).write(run);
    }
}
