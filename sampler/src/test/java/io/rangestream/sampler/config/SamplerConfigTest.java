package io.rangestream.sampler.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerConfigTest {

    @Test
    void theDefaultsFitTogether() {
        SamplerConfig config = SamplerConfig.from(Settings.of(Map.of()));
        assertEquals(64, config.cropsPerBatch());
        assertEquals(64, config.bufferCapacity());
        assertEquals(BufferPolicy.RESERVOIR, config.bufferPolicy());
        assertEquals(1.0, config.replayRatio());
        assertTrue(config.split().identities().isEmpty());
    }

    @Test
    void aListOfHeldOutIdentitiesIsRead() {
        var settings = Settings.of(Map.of("holdout.identities", "ann, bob"));
        assertEquals(Set.of("ann", "bob"), SamplerConfig.from(settings).split().identities());
    }

    @Test
    void heldOutIdentitiesAreReadFromAFileToo(@TempDir Path folder) throws IOException {
        Path list = Files.writeString(folder.resolve("list"), "\uFEFFzoe\u0308\r\n\n  cid  \n");
        var settings = Settings.of(Map.of("holdout.identities", "ann", "holdout.identities.file", list.toString()));
        assertEquals(
                Set.of("ann", "cid", "zo\u00EB"),
                SamplerConfig.from(settings).split().identities());
    }

    @Test
    void aFileThatNamesNobodyOrIsNotTextIsRefused(@TempDir Path folder) throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), " \n");
        Path latin1 = Files.write(folder.resolve("latin1"), new byte[] {'z', 'o', (byte) 0xeb, '\n'});
        for (Path file : List.of(empty, latin1, folder.resolve("absent"))) {
            var settings = Settings.of(Map.of("holdout.identities.file", file.toString()));
            var refused = assertThrows(ConfigurationException.class, () -> SamplerConfig.from(settings));
            assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
            assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            batch.identities     | 1       | batch.identities
            batch.identities     | 256     | a batch of batch.identities 256 x batch.samples.per.identity 4 faces
            max.face.bytes       | 16000000 | a batch of batch.identities 16 x batch.samples.per.identity 4 faces
            buffer.capacity      | 3       | buffer.capacity 3 has to be at least batch.samples.per.identity 4
            buffer.capacity      | 2000    | buffer.capacity
            min.faces            | 65      | min.faces 65
            buffer.policy        | newest  | buffer.policy
            recent.share         | 1.1     | recent.share
            recent.share         | NaN     | recent.share
            coverage.share       | -0.1    | coverage.share
            newcomer.share       | 0.96    | coverage.share 0.05 and newcomer.share 0.96
            newcomer.share       | NaN     | newcomer.share
            singletons           | drop    | singletons
            draw.tau             | 2.5     | draw.tau
            draw.tau             | NaN     | draw.tau
            replay.ratio         | 0       | replay.ratio
            replay.ratio         | lots    | replay.ratio
            holdout.faces.per.mille | 1001 | holdout.faces.per.mille
            sampler.id           | a b     | sampler.id 'a b'
            """)
    void whatDoesNotFitIsSaidInOneLine(String key, String value, String part) {
        var settings = Settings.of(Map.of(key, value));
        var refused = assertThrows(ConfigurationException.class, () -> SamplerConfig.from(settings));
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
    }

    @Test
    void everyKeyIsExplained() {
        SamplerConfig.definition().configKeys().values().forEach(key -> {
            assertFalse(key.documentation.isBlank(), key.name);
            assertTrue(key.hasDefault(), key.name);
        });
    }
}
