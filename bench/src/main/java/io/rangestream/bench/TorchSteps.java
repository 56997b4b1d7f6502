package io.rangestream.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** PyTorch's training step in a process of its own, which sleeps while it is not asked. */
final class TorchSteps implements AutoCloseable {
    private final Process process;
    private final PrintWriter ask;
    private final BufferedReader answers;
    private final String version;

    /** @param command interpreter and script */
    TorchSteps(List<String> command, String network, int batch, int samples, int threads, int classes)
            throws IOException {
        List<String> line = new ArrayList<>(command);
        line.add(network);
        for (int number : new int[] {batch, samples, threads, classes}) {
            line.add(Integer.toString(number));
        }
        var builder = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
        // The learner's own setting for its native library; PyTorch gets its default, with which it is faster.
        builder.environment().remove("OMP_WAIT_POLICY");
        process = builder.start();
        ask = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
        version = answer();
    }

    String version() {
        return version;
    }

    /** Takes steps; milliseconds of each. */
    double[] run(int steps) throws IOException {
        ask.println(steps);
        return Arrays.stream(answer().split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Override
    public void close() {
        ask.close(); // The script ends with its input.
        process.destroy();
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("PyTorch's side ended early");
        }
        return line;
    }
}
