package io.rangestream.app;

import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A role of {@code rangestream} in a JVM of its own, which can be killed as a machine kills it, at once, and paused as a machine
 * that has no time for it pauses it.
 */
class RoleProcess implements AutoCloseable {
    private final String role;
    private final List<String> command = new ArrayList<>();
    private final Path log;
    private @Nullable Process process;

    /** @param log what it logs is appended to */
    RoleProcess(String role, Settings settings, Path log, String... jvmOptions) throws IOException {
        this(role, flags(settings), log, jvmOptions);
    }

    /** @param arguments of the command, after its name */
    RoleProcess(String role, List<String> arguments, Path log, String... jvmOptions) throws IOException {
        this.role = role;
        this.log = log;
        Files.createDirectories(log.getParent());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), RangeStream.class.getName(), role));
        command.addAll(arguments);
    }

    private static List<String> flags(Settings settings) {
        var flags = new ArrayList<String>();
        settings.values().forEach((key, value) -> flags.addAll(List.of("-D", key + "=" + value)));
        return flags;
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

    /** SIGSTOP. */
    void pause() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** SIGCONT. */
    void resume() throws IOException, InterruptedException {
        signal("-CONT");
    }

    /** SIGTERM, and its exit code. */
    int stop() throws InterruptedException {
        Process stopped = running();
        process = null;
        stopped.destroy();
        if (!stopped.waitFor(20, TimeUnit.SECONDS)) {
            stopped.destroyForcibly();
            throw new AssertionError("the %s does not stop: %s".formatted(role, log()));
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

    private void signal(String signal) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", signal, Long.toString(running().pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new AssertionError("kill %s: exit %d".formatted(signal, exit));
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
