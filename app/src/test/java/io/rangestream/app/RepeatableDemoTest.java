package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rangestream.app.command.RangeStreamCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo is the whole of RangeStream with an embedded broker; the same seed gives the same bytes. */
class RepeatableDemoTest {
    @TempDir
    Path directory;

    @Test
    void theSameSeedGivesTheSameWeightsAndAnotherSeedOthers() throws IOException {
        JsonNode first = demo("1", "first.json");
        JsonNode second = demo("1", "second.json");
        JsonNode other = demo("2", "other.json");

        assertEquals(first.get("versions"), second.get("versions"));
        assertEquals(first.get("client"), second.get("client"));
        assertNotEquals(first.get("client").get("sha256"), other.get("client").get("sha256"));
    }

    private JsonNode demo(String seed, String file) throws IOException {
        Path report = directory.resolve(file);
        var output = new ByteArrayOutputStream();
        var print = new PrintStream(output, true, StandardCharsets.UTF_8);
        int exit = RangeStreamCommand.execute(
                print, print, "demo", "--crops", "1920", "--seed", seed, "--report", report.toString());

        JsonNode read = new ObjectMapper().readTree(Files.readString(report));
        assertEquals(0, exit, output.toString(StandardCharsets.UTF_8));
        assertEquals(1920, read.get("crops").asInt());
        assertEquals(400, read.get("identities").asInt());
        assertTrue(read.get("versions").size() >= 5, read.toPrettyString());
        assertTrue(Stream.of("seconds", "cropsPerSecond", "backend", "protocol").allMatch(read::has));
        return read;
    }
}
