package io.rangestream.app.experiment.continual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.rangestream.app.experiment.Run;
import io.rangestream.app.experiment.RunFolder;
import io.rangestream.app.experiment.Software;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContinualReportTest {
    @TempDir
    Path folder;

    @Test
    void meansHaveStudentsInterval() {
        // 2 ± 4.303 / √3
        Interval interval = Interval.of(List.of(1.0, 2.0, 3.0));
        assertEquals(2, interval.mean());
        assertEquals(2.4843, interval.halfWidth(), 1e-4);
        assertEquals(null, Interval.of(List.of(5.0)).halfWidth());
    }

    @Test
    void anArmIsComparedWithOfflineTrainingSeedBySeed() throws IOException {
        // Given offline training, which knows no order, of two seeds, and the arm of three
        write("any", "offline", 1, 0.90, 60_000);
        write("any", "offline", 2, 0.92, 60_000);
        write("waves", "range", 1, 0.91, 60_000);
        write("waves", "range", 2, 0.95, 60_000);
        write("waves", "range", 3, 0.96, 60_000);

        // When
        Summary summary = summary();

        // Then 0.01 and 0.03
        Summary.Cell range = summary.cell(StreamOrder.WAVES, Arm.RANGE).orElseThrow();
        assertEquals(List.of(1L, 2L, 3L), range.seeds());
        assertEquals(0.94, range.figure(Figures.MIRRORED_AUC).orElseThrow().mean(), 1e-12);
        assertEquals(0.02, range.overOffline().mean(), 1e-12);
        assertEquals(2, range.overOffline().count());
        assertEquals(
                Arm.OFFLINE,
                summary.cell(StreamOrder.WAVES, Arm.OFFLINE).orElseThrow().arm());
        assertEquals(Set.of(StreamOrder.WAVES), summary.orders());
    }

    @Test
    void tablesAndPlotsAreWrittenOfWhateverRunsThereAre() throws IOException {
        // Given
        write("any", "offline", 1, 0.90, 60_000);
        write("waves", "range", 1, 0.91, 60_000);
        write("waves", "range", 2, 0.95, 60_000);
        write("by-identity", "raw", 1, 0.8, 60_000); // An arm that another order with waves has not.
        write("drift", "raw", 1, 0.7, 60_000);

        // When
        ContinualReport report = ContinualReport.of(folder);
        List<Path> written = report.write(folder);

        // Then
        String table = report.markdown().replaceAll(" +", " ");
        assertTrue(
                table.contains("| waves | range | 2 | 0.9300 ± 0.2541 | +0.0100 | 0.500 ± 0.000 | 0.125 ± 0.000 |"),
                table);
        assertTrue(table.contains("| raw | 1 | 0.7000 | 0.6000 | not reached | not reached |"), table);
        assertEquals(
                Set.of(
                        "continual.md",
                        "continual.json",
                        "auc-waves.png",
                        "auc-by-identity.png",
                        "rank1-by-identity-raw.png",
                        "auc-drift.png",
                        "auc-drifted.png",
                        "rank1-waves-range.png",
                        "forgetting.png"),
                written.stream().map(file -> file.getFileName().toString()).collect(Collectors.toSet()));
        for (Path file : written) {
            if (file.toString().endsWith(".png")) {
                assertEquals(900, ImageIO.read(file.toFile()).getWidth());
            }
        }
        assertEquals(
                4,
                new ObjectMapper()
                        .readTree(folder.resolve("continual.json").toFile())
                        .get("cells")
                        .size());
    }

    @Test
    void runsUnderDifferentBudgetsAreNotAveraged() throws IOException {
        write("waves", "range", 1, 0.9, 60_000);
        write("waves", "range", 2, 0.9, 20_000);
        ConfigurationException refused = assertThrows(ConfigurationException.class, this::summary);
        assertTrue(String.valueOf(refused.getMessage()).contains("crops"), refused.getMessage());
    }

    private Summary summary() {
        return Summary.of(
                RunFolder.among(List.of(folder)).stream().map(RunFolder::read).toList());
    }

    private void write(String order, String arm, long seed, double auc, int crops) throws IOException {
        var figures = new TreeMap<>(
                Map.of(Figures.AUC, auc, Figures.MIRRORED_AUC, auc, Figures.RANK1, 0.5, Figures.FORGETTING, 0.125));
        Map<String, Double> onTheWay = new TreeMap<>(Map.of(Figures.AUC, auc - 0.1, Figures.RANK1, 0.25));
        if (order.equals("waves") || order.equals("by-identity")) {
            for (int wave = 0; wave < 3; wave++) {
                figures.put(Figures.start(wave), wave * crops / 3.0);
                figures.put(Figures.rank1(wave), 0.5);
                onTheWay.put(Figures.rank1(wave), 0.25);
                if (wave < 2) {
                    figures.put(Figures.forgetting(wave), 0.125);
                }
            }
        }
        if (order.equals("drift")) {
            figures.put(Figures.DRIFTED_AUC, 0.6);
            onTheWay.put(Figures.DRIFTED_AUC, 0.55);
        }
        String name = "%s-%s-%d".formatted(order, arm, seed);
        Map<String, String> settings = Map.of(
                "order",
                order,
                "arm",
                arm,
                "crops",
                Integer.toString(crops),
                "waves",
                "3",
                "loss",
                arm.equals("range") ? "softmax+range" : "softmax");
        new RunFolder(folder.resolve(name))
                .write(new Run(
                        ContinualExperiment.NAME,
                        name,
                        seed,
                        "2026-01-01T00:00:00Z",
                        "2026-01-01T00:10:00Z",
                        Software.here("none"),
                        settings,
                        figures,
                        List.of(new Run.Point(crops / 2, onTheWay), new Run.Point(crops, figures))));
    }
}
