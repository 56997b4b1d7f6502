package io.rangestream.app;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code rangestream sampler} in a JVM of its own, which can be killed as a machine kills it: at once. */
final class SamplerProcess implements AutoCloseable {
    private final List<String> command = new ArrayList<>();
    private final Path log;
    private @Nullable Process process;

    /** @param directory of its state and its log; kept when it is killed */
    SamplerProcess(Settings settings, Path directory) throws IOException {
        Files.createDirectories(directory);
        log = directory.resolve("log");
        Map<String, String> values = new HashMap<>(settings.values());
        values.put(SamplerConfig.STATE_DIR, directory.resolve("state").toString());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), RangeStream.class.getName(), "sampler"));
        values.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
    }

    void start() throws IOException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        Process killed = running();
        process = null;
        killed.destroyForcibly().waitFor();
    }

    /** SIGTERM, and its exit code. */
    int stop() throws InterruptedException {
        Process stopped = running();
        process = null;
        stopped.destroy();
        if (!stopped.waitFor(20, TimeUnit.SECONDS)) {
            stopped.destroyForcibly();
            throw new AssertionError("the sampler does not stop: " + log());
        }
        return stopped.exitValue();
    }

    /** Whether it was started and neither killed nor stopped since. */
    boolean isStarted() {
        return process != null;
    }

    /** Whether it has ended although nobody wanted it to. */
    boolean hasEndedByItself() {
        return process != null && !process.isAlive();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private Process running() {
        Process now = process;
        if (now == null) {
            throw new IllegalStateException("not started");
        }
        return now;
    }
}
