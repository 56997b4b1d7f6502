package io.rangestream.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.ingest.source.FaceOrder;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngestConfigTest {
    @Test
    void defaultsAreTheSamplersLimits() {
        assertEquals(
                new IngestConfig(FaceOrder.SHUFFLED, 1, 0, 0, 512, 65_536, 4_000_000),
                IngestConfig.from(Settings.of(Map.of())));
    }

    @ParameterizedTest
    @CsvSource({
        "ingest.order, sideways",
        "ingest.rate, -1",
        "ingest.rate, NaN",
        "ingest.rate, Infinity",
        "ingest.limit, -1",
        "ingest.seed, one",
        "ingest.max.side, 63",
        "ingest.max.side, 8193",
        "max.face.bytes, 0",
        "max.face.pixels, 0"
    })
    void aValueThatDoesNotFitIsNamedInOneLine(String key, String value) {
        var e = assertThrows(ConfigurationException.class, () -> IngestConfig.from(Settings.of(Map.of(key, value))));

        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(key), message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void everyKeyIsDocumented() {
        IngestConfig.definition()
                .configKeys()
                .values()
                .forEach(key -> assertFalse(key.documentation.isBlank(), key.name));
    }
}
