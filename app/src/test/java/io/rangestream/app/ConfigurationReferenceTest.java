package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigurationReferenceTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    /** {@code -Ddocs.write=true} writes the page instead. */
    @Test
    void thePageInTheDocumentationIsTheGeneratedOne() throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, ConfigurationReference.page());
        }
        assertEquals(
                ConfigurationReference.page(),
                Files.readString(PAGE),
                "docs/configuration.md is stale: ./mvnw -pl app -am test -Dtest=ConfigurationReferenceTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.write=true");
    }

    @Test
    void everySettingIsDocumented() {
        ConfigurationReference.roles().values().stream()
                .flatMap(definition -> definition.configKeys().values().stream())
                .forEach(key -> assertTrue(key.documentation.length() > 10, key.name));
    }

    @Test
    void aMisspeltSettingIsRefusedWithTheOneThatWasMeant() {
        var e = assertThrows(
                ConfigurationException.class,
                () -> ConfigurationReference.requireKnown(Settings.of(Map.of("replay.ration", "2"))));

        assertEquals("unknown setting 'replay.ration'; the most similar is 'replay.ratio'", e.getMessage());
    }

    @Test
    void variablesThatNothingReadsAreToldWithTheOneThatWasMeant() {
        assertEquals(
                List.of("nothing reads the environment variable RANGESTREAM_REPLAY_RATOI; the most similar is"
                        + " RANGESTREAM_REPLAY_RATIO"),
                ConfigurationReference.unknownVariables(Map.of(
                        "RANGESTREAM_REPLAY_RATOI", "2",
                        "RANGESTREAM_REPLAY_RATIO", "2",
                        "RANGESTREAM_HEAP", "1g",
                        "RANGESTREAM_JAVA_OPTS", "-Xss1m",
                        "RANGESTREAM_LOG_LEVEL_ROOT", "WARN",
                        "RANGESTREAM_KAFKA_SECURITY_PROTOCOL", "SSL",
                        "PATH", "/bin")));
    }

    @Test
    void aSettingThatWasRenamedIsRefusedWithItsNewName() {
        for (String what : List.of("share", "window")) {
            var e = assertThrows(
                    ConfigurationException.class,
                    () -> ConfigurationReference.requireKnown(Settings.of(Map.of("rejected.stop." + what, "1"))));
            assertTrue(
                    e.getMessage().endsWith("the most similar is 'rejected.alarm.%s'".formatted(what)), e.getMessage());
        }
    }

    @Test
    void kafkaSettingsPassThrough() {
        ConfigurationReference.requireKnown(Settings.of(Map.of("kafka.security.protocol", "SSL")));
    }
}
