package io.rangestream.app.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.command.RangeStreamCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The study from end to end, at the size that anybody can repeat. */
class TailCutExperimentTest {
    @TempDir
    private Path out = Path.of("");

    @Test
    void everyArmLearnsAndRangeLossAddsToBalancedBatchesOnALongTail() {
        assertEquals(0, execute("tail-cut", "--quick", "--out", out.toString()).exit());

        Run softmax = run("softmax-cut0-balanced-tau1-seed1");
        Run range = run("softmax+range-cut0-balanced-tau1-seed1");
        for (Run run : List.of(
                softmax,
                range,
                run("softmax-cut100-balanced-tau1-seed1"),
                run("softmax+range-cut100-balanced-tau1-seed1"))) {
            assertTrue(auc(run) > run.series().get(0).figures().getOrDefault("auc", 1.0), run.name());
        }
        assertTrue(auc(range) > auc(softmax), "%s, %s".formatted(range.figures(), softmax.figures()));
        assertTrue(
                Files.isRegularFile(out.resolve("tail-cut.md")) && Files.isRegularFile(out.resolve("tail-cut.json")));

        List<String> before = finished();
        Outcome again = execute("tail-cut", "--quick", "--out", out.toString());
        assertEquals(0, again.exit());
        assertTrue(again.text().contains("softmax+range"), again.text());
        assertEquals(before, finished(), "a run that is there is passed over");

        Outcome other = execute("tail-cut", "--quick", "--crops", "128", "--out", out.toString());
        assertEquals(2, other.exit());
        assertTrue(other.text().contains("was made with crops=4000, not 128"), other.text());

        Outcome comparison = execute(
                "compare",
                out.resolve(softmax.name()).toString(),
                out.resolve(range.name()).toString());
        assertEquals(0, comparison.exit());
        assertTrue(comparison
                .text()
                .lines()
                .anyMatch(line -> line.matches("\\| loss +\\| +softmax \\| +softmax\\+range \\|")));
        assertTrue(comparison.text().lines().noneMatch(line -> line.contains("tail.below")), "alike in both");
    }

    @Test
    void anArmThatDivergesDoesNotKeepTheOthers() {
        // Given a weight that range loss alone uses, beyond what a float holds
        String[] study = {
            "tail-cut",
            "--quick",
            "--cuts",
            "0",
            "--losses",
            "range,softmax",
            "--crops",
            "256",
            "--out",
            out.toString(),
            "-D",
            "diverged.max.steps=2",
            "-D",
            "range.lambda=1e300"
        };

        // When
        Outcome outcome = execute(study);

        // Then
        assertEquals(1, outcome.exit(), outcome.text());
        assertTrue(outcome.text().contains("arms that failed: softmax+range-cut0-balanced-tau1-seed1"), outcome.text());
        assertEquals(List.of("softmax-cut0-balanced-tau1-seed1"), runs());
        assertTrue(outcome.text().contains("| softmax "), outcome.text());
    }

    @Test
    void whereEveryArmFailsThereIsNoTable() {
        Outcome outcome = execute(
                "tail-cut",
                "--quick",
                "--cuts",
                "0",
                "--losses",
                "range",
                "--crops",
                "256",
                "--out",
                out.toString(),
                "-D",
                "diverged.max.steps=2",
                "-D",
                "range.lambda=1e300");

        assertEquals(1, outcome.exit(), outcome.text());
        assertTrue(outcome.text().contains("arms that failed: softmax+range-cut0-balanced-tau1-seed1"), outcome.text());
    }

    private record Outcome(int exit, String text) {}

    private static Outcome execute(String... arguments) {
        var all = new ArrayList<>(List.of("experiment"));
        all.addAll(List.of(arguments));
        var text = new ByteArrayOutputStream();
        var stream = new PrintStream(text, true, StandardCharsets.UTF_8);
        int exit = RangeStreamCommand.execute(stream, stream, all.toArray(String[]::new));
        return new Outcome(exit, text.toString(StandardCharsets.UTF_8));
    }

    private List<String> finished() {
        return RunFolder.among(List.of(out)).stream()
                .map(folder -> folder.read().finished())
                .toList();
    }

    private List<String> runs() {
        return RunFolder.among(List.of(out)).stream()
                .map(folder -> folder.read().name())
                .toList();
    }

    private Run run(String name) {
        return new RunFolder(out.resolve(name)).read();
    }

    private static double auc(Run run) {
        return run.figures().getOrDefault("auc", 0.0);
    }
}
