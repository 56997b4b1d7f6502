package io.rangestream.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Encoding;
import io.rangestream.client.EmbeddingCache.Key;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EmbeddingCacheTest {
    private static final byte[] IMAGE = new byte[24];
    private static final ModelVersion VERSION = Publication.version(1, new byte[1], 1, 0);

    private final AtomicInteger computed = new AtomicInteger();

    @Test
    void whatItHoldsIsBoundedInBytes() {
        var cache = new EmbeddingCache(100_000);

        for (int i = 0; i < 1000; i++) {
            get(cache, new Key("hash " + i, Encoding.JPEG, 0, 0, 1), 128);
        }

        assertEquals(1000, computed.get());
        assertTrue(cache.size() * 128 * Float.BYTES <= 100_000, "kept " + cache.size());
        assertTrue(cache.size() > 10, "kept " + cache.size());
    }

    @Test
    void withoutMemoryEverythingIsComputedAnew() {
        var cache = new EmbeddingCache(0);

        get(cache, Key.of(IMAGE, Encoding.JPEG, 0, 0, VERSION), 4);
        get(cache, Key.of(IMAGE, Encoding.JPEG, 0, 0, VERSION), 4);

        assertEquals(2, computed.get());
    }

    @Test
    void theSizeTellsApartRawImagesOnly() {
        assertNotEquals(Key.of(IMAGE, Encoding.RAW_RGB, 4, 2, VERSION), Key.of(IMAGE, Encoding.RAW_RGB, 2, 4, VERSION));
        assertEquals(Key.of(IMAGE, Encoding.PNG, 4, 2, VERSION), Key.of(IMAGE, Encoding.PNG, 0, 0, VERSION));
    }

    @Test
    void aVersionThatIsNotServedAnyMoreTakesNoRoom() {
        var cache = new EmbeddingCache(100_000);
        get(cache, Key.of(IMAGE, Encoding.JPEG, 0, 0, VERSION), 4);
        get(cache, new Key("another", Encoding.JPEG, 0, 0, 77), 4);

        cache.drop(VERSION);

        assertEquals(1, cache.size());
    }

    private void get(EmbeddingCache cache, Key key, int dim) {
        cache.get(key, () -> {
            computed.incrementAndGet();
            return new float[dim];
        });
    }
}
