package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rangestream.learner.Learner;
import io.rangestream.sampler.Sampler;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names are the same in every shell: the launcher runs as it is shipped, in the shell's locale. */
class LocaleTest {
    /** José in bytes; this process may not be able to say it. */
    private static final String JOSE = "\"$(printf 'Jos\\303\\251')\"";

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path dir;

    private record Shell(int exit, String out, String err) {}

    /** The launcher, and in its lib folder a jar that names this test's class path. */
    @BeforeEach
    void install() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "the launcher is a shell script");
        Files.createDirectories(dir.resolve("bin"));
        Files.copy(Path.of("src/dist/bin/rangestream"), dir.resolve("bin/rangestream"));
        List<String> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            jars.add(Path.of(entry).toUri().toString());
        }
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", jars));
        Path jar = Files.createDirectories(dir.resolve("lib")).resolve("classpath.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "en_US.UTF-8", "tr_TR.UTF-8"})
    void namesOfArgumentsFoldersAndVariablesAreTheSameInEveryLocale(String locale) throws Exception {
        String prefix = "locale-%s.".formatted(locale.replaceAll("[^a-zA-Z]", "-"));
        CommonConfig common = CommonConfig.from(BROKER.settings(prefix, Map.of()));
        ImageIO.write(
                new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB),
                "png",
                dir.resolve("crop.png").toFile());

        Shell shell = shell(
                locale,
                "mkdir -p faces/" + JOSE + "/" + JOSE + " faces/" + JOSE + "/Zoe"
                        + " && cp crop.png faces/" + JOSE + "/" + JOSE + "/1.png && cp crop.png faces/" + JOSE
                        + "/Zoe/1.png"
                        + " && export RANGESTREAM_STATE_DIR=" + JOSE
                        + " && sh bin/rangestream ingest faces/" + JOSE + " --rejections faces/" + JOSE + ".tsv"
                        + " -b " + BROKER.bootstrapServers() + " --topic-prefix " + prefix);

        assertEquals(0, shell.exit(), shell::toString);
        assertTrue(shell.out().startsWith("sent 2 crops of 2 identities"), shell::toString);
        try (var faces = new TopicLog(common, common.topics().faces())) {
            assertEquals(
                    List.of("Jos\u00E9", "Zoe"),
                    faces.readToEnd().stream().map(LocaleTest::key).sorted().toList());
        }
    }

    @Test
    void whatJavaLostIsRefusedInOneLine() throws Exception {
        String java = "\"" + Path.of(System.getProperty("java.home"), "bin", "java") + "\" -cp lib/classpath.jar "
                + RangeStream.class.getName();

        Shell argument = shell("C", java + " erase " + JOSE + " -b localhost:1");
        Shell variable =
                shell("C", "RANGESTREAM_TOPIC_PREFIX=" + JOSE + " " + java + " topics describe -b localhost:1");
        Shell latin1 = shell("C.UTF-8", "sh bin/rangestream erase \"$(printf 'Jos\\351')\" -b localhost:1");

        assertEquals(new Shell(2, "", "rangestream: argument 2 " + Settings.NOT_UTF8 + "\n"), argument);
        assertEquals(new Shell(2, "", "rangestream: RANGESTREAM_TOPIC_PREFIX " + Settings.NOT_UTF8 + "\n"), variable);
        assertEquals(new Shell(2, "", "rangestream: argument 2 " + Settings.NOT_UTF8 + "\n"), latin1);
    }

    /** Long: one command after another, each in a JVM of its own. */
    @Tag("scenario")
    @Test
    void oddNamesAreTheSamePersonFromEveryShell() throws Exception {
        String prefix = "shells.";
        Settings settings = OddNamesTest.settings(BROKER, prefix, dir);
        List<String> locales = List.of("C", "en_US.UTF-8", "tr_TR.UTF-8");
        try (Sampler sampler = WholeWay.sampler(settings);
                Learner learner = WholeWay.learner(settings)) {
            OddNamesTest.send(settings);
            for (int i = 0; i < OddNamesTest.NAMES.size(); i++) {
                String name = OddNamesTest.NAMES.get(i);
                String decomposed = OddNamesTest.decomposed(name);
                String other = name + " \u00C9";
                String where = OddNamesTest.isHeldOut(name) ? "holdout" : "buffer";
                String on = " -b %s --topic-prefix %s -- ".formatted(BROKER.bootstrapServers(), prefix);
                Shell shell = shell(
                        locales.get(i % 3),
                        String.join(
                                " && ",
                                "sh bin/rangestream retract" + on + word(" " + decomposed) + " " + word("e\u0301"),
                                "sh bin/rangestream identities show" + on + word(decomposed),
                                "sh bin/rangestream relabel" + on + word(name) + " "
                                        + word(OddNamesTest.decomposed(other)),
                                "sh bin/rangestream identities list" + on.replace("-- ", ""),
                                "sh bin/rangestream erase" + on + word("\uFEFF" + other)));

                assertEquals(0, shell.exit(), shell::toString);
                assertTrue(shell.out().contains("it was in the " + where), shell::toString);
                assertTrue(shell.out().contains("2 faces were moved"), shell::toString);
                assertTrue(shell.out().contains("  " + other + "\n"), shell::toString);
                assertTrue(
                        shell.out().contains("found: 2 faces in the buffers and 0 in the holdout, on 1 of 2 tasks"),
                        shell::toString);
            }
            WholeWay.requireAlive(learner);
        }
    }

    /** A word of a shell's command line, byte by byte. */
    private static String word(String text) {
        var octal = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            octal.append("\\%03o".formatted(b & 0xFF));
        }
        return "\"$(printf '" + octal + "')\"";
    }

    private Shell shell(String locale, String script) throws IOException, InterruptedException {
        Path out = dir.resolve("out");
        Path err = dir.resolve("err");
        var builder = new ProcessBuilder("sh", "-c", script)
                .directory(dir.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.startsWith("LANG"));
        builder.environment().put("LC_ALL", locale);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        int exit = builder.start().waitFor();
        return new Shell(
                exit, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }

    private static String key(ConsumerRecord<byte[], byte[]> face) {
        return new String(face.key(), StandardCharsets.UTF_8);
    }
}
