package io.rangestream.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SwapTest {
    /** A third of what the versions after the warm-up would take if each left its weights behind. */
    private static final long GROWTH = 80L << 20;

    private static final Pattern RESIDENT = Pattern.compile("resident (\\d+) (\\d+)");

    @Test
    @Timeout(600)
    void fiftySwapsFailNoCallMixNoVersionsAndLeaveNativeMemoryFlat() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms160m",
                        "-Xmx160m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Swaps.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertTrue(process.waitFor(10, TimeUnit.SECONDS), output);
            assertEquals(0, process.exitValue(), output);
            Matcher resident = RESIDENT.matcher(output);
            assertTrue(resident.find(), output);
            long warm = Long.parseLong(resident.group(1));
            long end = Long.parseLong(resident.group(2));
            assertTrue(end - warm < GROWTH, "native memory went from %,d to %,d bytes".formatted(warm, end));
        } finally {
            process.destroyForcibly();
        }
    }
}
