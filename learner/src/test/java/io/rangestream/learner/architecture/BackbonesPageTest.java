package io.rangestream.learner.architecture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class BackbonesPageTest {

    private static final Path PAGE = Path.of("..", "docs", "backbones.md");
    private static final String HEAD = """
            | name | input | embedding | parameters | multiply-adds per crop |
            |---|---|---|---|---|
            """;

    /** {@code -Ddocs.write=true} writes the table into the page first. */
    @Test
    void theTableInTheDocumentationIsCountedFromTheNetworks() throws IOException {
        String page = Files.readString(PAGE);
        if (Boolean.getBoolean("docs.write")) {
            int from = page.indexOf(HEAD);
            int to = page.indexOf("\n\n", from);
            page = page.substring(0, from) + table().stripTrailing() + page.substring(to);
            Files.writeString(PAGE, page);
        }
        assertTrue(
                page.contains(table()),
                "docs/backbones.md is stale: ./mvnw -pl learner -am test -Dtest=BackbonesPageTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.write=true");
    }

    private static String table() {
        var table = new StringBuilder(HEAD);
        for (String name : Architectures.names()) {
            Architecture net = Architectures.of(Architectures.standard(name));
            table.append(String.format(
                    Locale.ROOT,
                    "| `%s` | %d × %d | %d | %,d | %,d M |%n",
                    name,
                    net.spec().inputSize(),
                    net.spec().inputSize(),
                    net.spec().embeddingDim(),
                    net.parameters(),
                    Math.round(net.multiplyAdds() / 1e6)));
        }
        return table.toString();
    }
}
