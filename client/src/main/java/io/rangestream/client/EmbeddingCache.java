package io.rangestream.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.rangestream.avro.Encoding;
import io.rangestream.schemas.hash.Sha256;
import java.util.function.Supplier;

/** Embeddings that were computed before, by content and version, bounded in bytes. Thread-safe. */
final class EmbeddingCache {
    /** Estimate for key, hash text, array header and Caffeine's node on a 64-bit JVM with compressed pointers. */
    private static final int OVERHEAD_BYTES = 300;

    private final Cache<Key, float[]> cache;

    /**
     * Width and height count for RAW_RGB, where the same bytes may be several images. The version is told by its update's
     * offset, which also tells apart two updates of one number.
     */
    record Key(String contentHash, Encoding encoding, int width, int height, long update) {

        static Key of(byte[] image, Encoding encoding, int width, int height, ModelVersion version) {
            boolean raw = encoding == Encoding.RAW_RGB;
            return new Key(Sha256.of(image), encoding, raw ? width : 0, raw ? height : 0, version.offset());
        }
    }

    EmbeddingCache(long maximumBytes) {
        this.cache = Caffeine.newBuilder()
                .maximumWeight(maximumBytes)
                .weigher((Key key, float[] embedding) -> OVERHEAD_BYTES + embedding.length * Float.BYTES)
                // Evicting is cheap; a thread of the common pool would outlive the follower.
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    /** A copy that the caller may keep and change. Two threads that miss at once both compute. */
    float[] get(Key key, Supplier<float[]> compute) {
        float[] known = cache.getIfPresent(key);
        if (known == null) {
            known = compute.get();
            cache.put(key, known);
        }
        return known.clone();
    }

    /** Forgets a version that is not served any more. */
    void drop(ModelVersion version) {
        cache.asMap().keySet().removeIf(key -> key.update() == version.offset());
    }

    long hits() {
        return cache.stats().hitCount();
    }

    long misses() {
        return cache.stats().missCount();
    }

    long size() {
        return cache.estimatedSize();
    }
}
