package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.command.RangeStreamCommand;
import io.rangestream.schemas.topics.TopicCatalogue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    private record Outcome(int exit, String out, String err) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "demo",
                "broker",
                "topics",
                "topics create",
                "ingest",
                "sampler",
                "learner",
                "erase",
                "retract",
                "relabel",
                "identities list",
                "identities show",
                "rejected list",
                "rejected replay",
                "models",
                "models fetch"
            })
    void everyCommandHasHelp(String command) {
        Outcome outcome = run((command + " --help").strip().split(" "));

        assertEquals(0, outcome.exit());
        assertTrue(outcome.out().contains("Usage: rangestream"), outcome.out());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "ingest",
                "ingest --synthetic --order sideways",
                "topics",
                "models",
                "erase a/b",
                "relabel ann ann",
                "relabel Zo\u00EB Zoe\u0308",
                "erase \u200B",
                "retract ann \uFEFF",
                "identities show a/b",
                "rejected",
                "learner -D learning.rate=fast",
                "learner -D learnign.rate=0.1",
                "sampler --config no-such-file.properties",
                "demo --crops 1",
                "demo --report /no/such/folder/report.json",
                "ingest --synthetic --synthetic-faces 0",
                "broker --port 70000",
                "demo --protocol somewhere"
            })
    void wrongUsageIsToldInOneLineWithExitCode2(String arguments) {
        Outcome outcome = run(arguments.split(" "));

        assertEquals(2, outcome.exit(), outcome.err());
        assertTrue(outcome.err().startsWith("rangestream: "), outcome.err());
        assertFalse(outcome.err().contains("\tat "), outcome.err());
    }

    @Test
    void aMissingPathIsToldInOneLine() {
        Outcome outcome = run("ingest", "/no/such/path", "-b", BROKER.bootstrapServers());

        assertEquals(1, outcome.exit());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("/no/such/path"), outcome.err());
    }

    @Test
    void debugShowsTheStackTrace() {
        Outcome outcome = run("ingest", "/no/such/path", "--debug", "-b", BROKER.bootstrapServers());

        assertEquals(1, outcome.exit());
        assertTrue(outcome.err().contains("\tat "), outcome.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "topics create",
                "topics describe",
                "ingest --synthetic --synthetic-faces 10 --synthetic-identities 2",
                "sampler",
                "learner",
                "erase ann",
                "retract ann f1",
                "relabel ann bea",
                "rejected list",
                "rejected replay",
                "models list",
                "models show",
                "models watch",
                "models fetch",
                "models promote 1 --expect 0 --reason good",
                "models rollback 1 --expect 2 --reason bad"
            })
    void aBrokerThatIsNotThereIsToldInTheSameWordsEverywhere(String arguments) throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Outcome outcome = run((arguments + " -D broker.wait.seconds=0 -b localhost:" + port).split(" "));

        assertEquals(1, outcome.exit(), outcome.err());
        assertTrue(
                outcome.err()
                        .matches(
                                "rangestream: cannot reach Kafka at localhost:%d since [^ ]+: localhost:%d refuses connections;"
                                                .formatted(port, port)
                                        + " given up after 0 s\n"),
                outcome.err());
    }

    @Test
    void rolesRefuseToStartWithoutTheirTopics() {
        for (String role : new String[] {"learner", "sampler"}) {
            Outcome outcome = run(
                    role,
                    "-b",
                    BROKER.bootstrapServers(),
                    "--topic-prefix",
                    "absent.",
                    "-D",
                    "broker.wait.seconds=1",
                    "-D",
                    role.equals("learner") ? "checkpoint.dir=" + directory : "state.dir=" + directory);

            assertTrue(outcome.exit() != 0);
            assertTrue(outcome.err().contains("rangestream topics create"), outcome.err());
            assertFalse(outcome.err().contains("\tat "), outcome.err());
        }
    }

    @Test
    void creatingTopicsTwiceCreatesThemOnce() {
        String[] create = {
            "topics", "create", "-b", BROKER.bootstrapServers(), "--topic-prefix", "twice.", "--partitions", "3"
        };

        Outcome first = run(create);
        Outcome second = run(create);
        Outcome described = run("topics", "describe", "-b", BROKER.bootstrapServers(), "--topic-prefix", "twice.");

        assertEquals(0, first.exit(), first.err());
        int topics = new TopicCatalogue("twice.", 3).all().size();
        assertEquals(
                topics,
                first.out().lines().filter(line -> line.contains("created")).count(),
                first.out());
        assertEquals(0, second.exit(), second.err());
        assertEquals(
                0, second.out().lines().filter(line -> line.contains("created")).count(), second.out());
        assertTrue(described.out().contains("3 partitions instead of 4"), described.out());
    }

    @Test
    void listingModelsWithoutAnySaysSo() {
        run("topics", "create", "-b", BROKER.bootstrapServers(), "--topic-prefix", "empty.");

        Outcome outcome = run("models", "list", "-b", BROKER.bootstrapServers(), "--topic-prefix", "empty.");

        assertEquals(0, outcome.exit(), outcome.err());
        assertEquals("no versions yet", outcome.out().strip());
    }

    private static Outcome run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int exit = RangeStreamCommand.execute(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
        return new Outcome(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
