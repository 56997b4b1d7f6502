package io.rangestream.schemas.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    Path dir;

    @Test
    void flagsGoBeforeEnvironmentBeforeFileBeforeDefault() throws IOException {
        Path file = Files.writeString(
                dir.resolve("r.properties"), "topic.prefix=file\nmodel=file\ntopic.faces.partitions=9\n");
        Settings flags = Settings.of(Map.of("topic.prefix", "flag"));
        Settings environment = Settings.ofEnvironment(
                Map.of("RANGESTREAM_TOPIC_PREFIX", "env", "RANGESTREAM_MODEL", "env", "PATH", "/bin"));

        CommonConfig config = CommonConfig.from(flags.orElse(environment).orElse(Settings.ofFile(file)));

        assertEquals("flagfaces", config.topics().faces());
        assertEquals("env", config.model());
        assertEquals(9, config.topics().facePartitions());
        assertEquals("localhost:9092", config.bootstrapServers());
    }

    @Test
    void kafkaSettingsPassThroughWithoutTheirPrefix() {
        CommonConfig config =
                CommonConfig.from(Settings.of(Map.of("kafka.security.protocol", "SSL", "bootstrap.servers", "b:1")));

        assertEquals(Map.of("security.protocol", "SSL", "bootstrap.servers", "b:1"), config.clientConfig());
    }

    @Test
    void aBadValueIsOneLineThatNamesTheKey() {
        assertBad("topic.faces.partitions", "0");
        assertBad("topic.faces.partitions", "many");
        assertBad("topic.prefix", "a b");
        assertBad("model", "a/b");
    }

    @Test
    void anUnreadableFileIsOneLine() {
        var e = assertThrows(ConfigurationException.class, () -> Settings.ofFile(dir.resolve("nowhere")));
        assertTrue(String.valueOf(e.getMessage()).contains("nowhere"));
    }

    @Test
    void everyKeyIsDocumented() {
        CommonConfig.definition().configKeys().values().forEach(key -> assertFalse(key.documentation.isBlank()));
    }

    private static void assertBad(String key, String value) {
        var e = assertThrows(ConfigurationException.class, () -> CommonConfig.from(Settings.of(Map.of(key, value))));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(key) && !message.contains("\n"), message);
    }
}
