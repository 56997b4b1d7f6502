package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.hash.Sha256;
import io.rangestream.schemas.signature.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The consumers without a line of Java, against a broker and what a learner publishes. Skipped where an interpreter or its packages are
 * missing; the environment variables PYTHON and NODE name others than {@code python3} and {@code node}.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ExamplesTest {
    private static final Path EXAMPLES =
            Path.of("..", "examples").toAbsolutePath().normalize();
    private static final String PREFIX = "examples.";

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    static Path directory;

    private static ModelUpdate promoted;

    /** How a program ended, and what it printed. */
    private record Ended(int exit, String output) {}

    @BeforeAll
    static void aSignedVersionIsPublished() throws Exception {
        SigningKey.generate(directory.resolve("key"), directory.resolve("key.pub"));
        var log = LearnerRun.Log.draw(BROKER, "drawn-for-examples.", 60, directory);
        LearnerRun run = LearnerRun.of(
                BROKER,
                PREFIX,
                CheckpointConfig.DIRECTORY,
                directory,
                Map.of(LearnerConfig.SIGNING_KEY, directory.resolve("key").toString()));
        promoted = run.begin(log).trainUndisturbed(log).versions().stream()
                .filter(update -> update.getStatus() == ModelStatus.PROMOTED)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void pythonWritesTheSignedVersion() throws Exception {
        String python = System.getenv().getOrDefault("PYTHON", "python3");
        assumeTrue(
                succeeds(python, "-c", "import confluent_kafka, cryptography, fastavro"),
                python + " has not the packages of examples/python/requirements.txt");
        Path to = directory.resolve("python");

        Ended ended = follow(
                python,
                "python/follow.py",
                to,
                "--trusted",
                directory.resolve("key.pub").toString());

        assertWritten(to, ended);
    }

    @Test
    void nodeWritesTheVersion() throws Exception {
        String node = System.getenv().getOrDefault("NODE", "node");
        assumeTrue(
                Files.isDirectory(EXAMPLES.resolve("node/node_modules/kafkajs")) && succeeds(node, "--version"),
                node + " is missing, or npm ci was not run in examples/node");
        Path to = directory.resolve("node");

        Ended ended = follow(node, "node/follow.mjs", to);

        assertWritten(to, ended);
    }

    private static Ended follow(String interpreter, String script, Path to, String... more)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                interpreter,
                EXAMPLES.resolve(script).toString(),
                "--bootstrap",
                BROKER.bootstrapServers(),
                "--prefix",
                PREFIX,
                "--to",
                to.toString(),
                "--once"));
        command.addAll(List.of(more));
        return run(command);
    }

    private static void assertWritten(Path folder, Ended ended) throws IOException {
        assertEquals(0, ended.exit(), ended.output());
        Path file = folder.resolve("%s-%d.onnx".formatted(promoted.getModel(), promoted.getVersion()));
        assertTrue(Files.exists(file), ended.output());
        assertEquals(promoted.getArtifact().getSha256(), Sha256.of(Files.readAllBytes(file)));
        assertTrue(ended.output().contains("wrote " + file), ended.output());
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return run(List.of(command)).exit() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Ended run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly().waitFor();
        }
        return new Ended(process.exitValue(), Files.readString(output));
    }
}
