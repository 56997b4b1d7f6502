package io.rangestream.learner.batch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Decoded crops, planar 8-bit RGB of shape {@code [3, size, size]}, by identity, face and checksum of the image: a face that was
 * taken back may return under its name with another image. Bounded by their bytes. Replay brings the same faces again and
 * again, and decoding one costs more than a look here. Thread-safe.
 */
public final class CropCache {
    /** Caffeine's entry and the key's strings, roughly. */
    private static final int ENTRY_OVERHEAD_BYTES = 300;

    private final Cache<Key, byte[]> crops;

    private record Key(String identity, String faceId, long image) {}

    /** @param maxBytes bound of the cache */
    public CropCache(long maxBytes) {
        crops = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((Key key, byte[] crop) -> crop.length + ENTRY_OVERHEAD_BYTES)
                .recordStats()
                .build();
    }

    public byte @Nullable [] get(String identity, String faceId, ByteBuffer image) {
        return crops.getIfPresent(key(identity, faceId, image));
    }

    /** The crop is kept as it is and must not be changed afterwards. */
    public void put(String identity, String faceId, ByteBuffer image, byte[] crop) {
        crops.put(key(identity, faceId, image), crop);
    }

    /** Forgets all crops of an identity; looks at every entry, as erasures are rare. */
    public void erase(String identity) {
        crops.asMap().keySet().removeIf(key -> key.identity().equals(identity));
    }

    /**
     * How the cache is used.
     *
     * @param hits crops found so far
     * @param misses crops that had to be decoded so far
     * @param evictions crops that had to leave for others so far
     * @param bytes what the crops take now
     */
    public record Usage(long hits, long misses, long evictions, long bytes) {}

    public Usage usage() {
        CacheStats stats = crops.stats();
        long bytes =
                crops.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
        return new Usage(stats.hitCount(), stats.missCount(), stats.evictionCount(), bytes);
    }

    private static Key key(String identity, String faceId, ByteBuffer image) {
        var checksum = new CRC32C();
        checksum.update(image.duplicate());
        return new Key(identity, faceId, checksum.getValue() << 32 | image.remaining());
    }
}
