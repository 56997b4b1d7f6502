package io.rangestream.learner.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class CropCacheTest {
    private static final ByteBuffer IMAGE = ByteBuffer.wrap(new byte[] {1, 2, 3});

    private final CropCache cache = new CropCache(1 << 20);

    @Test
    void aCropIsFoundByIdentityFaceAndImage() {
        var crop = new byte[10];
        cache.put("ann", "f1", IMAGE, crop);

        assertSame(crop, cache.get("ann", "f1", IMAGE));
        assertNull(cache.get("bob", "f1", IMAGE));
        assertNull(cache.get("ann", "f2", IMAGE));
        assertEquals(3, IMAGE.remaining(), "the image stays readable");
    }

    @Test
    void aFaceThatReturnsWithAnotherImageIsNotTheCachedOne() {
        cache.put("ann", "f1", IMAGE, new byte[10]);

        assertNull(cache.get("ann", "f1", ByteBuffer.wrap(new byte[] {1, 2, 4})));
        assertNull(cache.get("ann", "f1", ByteBuffer.wrap(new byte[] {1, 2})));
    }

    @Test
    void anErasedIdentityIsForgottenAndOthersStay() {
        cache.put("ann", "f1", IMAGE, new byte[10]);
        cache.put("ann", "f2", IMAGE, new byte[10]);
        cache.put("anna", "f1", IMAGE, new byte[10]);

        cache.erase("ann");

        assertNull(cache.get("ann", "f1", IMAGE));
        assertNull(cache.get("ann", "f2", IMAGE));
        assertEquals(10, cache.get("anna", "f1", IMAGE).length);
    }

    @Test
    void itsUseIsCounted() throws InterruptedException {
        cache.put("ann", "f1", IMAGE, new byte[700]);
        cache.get("ann", "f1", IMAGE);
        cache.get("ann", "f2", IMAGE);

        // The entry around the crop counts as 300 bytes; weighing runs on another thread.
        for (int wait = 0; wait < 200 && cache.usage().bytes() == 0; wait++) {
            Thread.sleep(10);
        }
        assertEquals(new CropCache.Usage(1, 1, 0, 1000), cache.usage());
    }

    @Test
    void noMoreBytesAreKeptThanAllowed() throws InterruptedException {
        var small = new CropCache(10_000);
        for (int i = 0; i < 100; i++) {
            small.put("ann", "f" + i, IMAGE, new byte[700]);
        }

        // A crop of 700 bytes counts as 1000; eviction runs on another thread.
        for (int wait = 0; wait < 200 && kept(small) > 10; wait++) {
            Thread.sleep(10);
        }
        assertTrue(kept(small) <= 10, kept(small) + " crops are kept");
        assertTrue(kept(small) > 0);
    }

    private static int kept(CropCache cache) {
        int kept = 0;
        for (int i = 0; i < 100; i++) {
            kept += cache.get("ann", "f" + i, IMAGE) == null ? 0 : 1;
        }
        return kept;
    }
}
