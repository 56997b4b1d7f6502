package io.rangestream.app.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairListTest {
    @TempDir
    private Path folder;

    @Test
    void lfwsTenFoldsAreCountedFromTheFirstLine() throws IOException {
        PairList pairs = read("2\t1\nAda\t1\t2\nAda\t1\tBob\t3\nCy\t1\t2\nCy\t4\tBob\t1\n");

        assertEquals(
                List.of(
                        new PairList.Pair(1, "Ada_0001", "Ada_0002", true),
                        new PairList.Pair(1, "Ada_0001", "Bob_0003", false),
                        new PairList.Pair(2, "Cy_0001", "Cy_0002", true),
                        new PairList.Pair(2, "Cy_0004", "Bob_0001", false)),
                pairs.pairs());
        assertEquals(List.of(1, 2), pairs.folds());
    }

    @Test
    void lfwsDevelopmentViewHasNoFolds() throws IOException {
        assertEquals(List.of(), read("1\nAda\t1\t2\nAda\t1\tBob\t3\n").folds());
    }

    @Test
    void ytfsSplitsNameVideos() throws IOException {
        PairList pairs =
                read("split number, first name, second name, is same\n1, Ada/0, Ada/1, 1\n2, Ada/0, Bob/2, 0\n");

        assertEquals(
                List.of(new PairList.Pair(1, "Ada/0", "Ada/1", true), new PairList.Pair(2, "Ada/0", "Bob/2", false)),
                pairs.pairs());
    }

    @Test
    void aTableMayHaveAHeadingAndFolds() throws IOException {
        assertEquals(
                List.of(1, 2),
                read("fold\tfirst\tsecond\tsame\n1\ta/1\ta/2\t1\n2\ta/1\tb/1\t0\n")
                        .folds());
        assertEquals(2, read("a/1\ta/2\t1\na/1\tb/1\t0\n").pairs().size());
    }

    @Test
    void aLineThatIsNoPairIsNamed() {
        assertTrue(failure("10\t300\nAda\t1\n").contains("Ada\t1"));
        assertTrue(failure("a/1\ta/2\t1\na/1\tb/1\tno\n").contains("no pair"));
        assertTrue(failure("a/1\ta/2\t1\n").contains("both kinds"));
    }

    private String failure(String text) {
        return assertThrows(ConfigurationException.class, () -> read(text)).getMessage();
    }

    private PairList read(String text) throws IOException {
        return PairList.read(Files.writeString(folder.resolve("pairs"), text));
    }
}
