package io.rangestream.sampler.topology;

import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * One limit on what all RocksDB stores of the process take outside the heap; to be closed after Streams. Thread-safe.
 */
public final class RocksMemory implements AutoCloseable {
    private static final double FOR_INDEX_AND_FILTERS = 0.1;

    private final LRUCache cache;
    private final WriteBufferManager writeBuffers;

    /** @param bytes for blocks, indexes, filters and write buffers together; half of it at most for the latter */
    public RocksMemory(long bytes) {
        RocksDB.loadLibrary();
        cache = new LRUCache(bytes, -1, false, FOR_INDEX_AND_FILTERS);
        writeBuffers = new WriteBufferManager(bytes / 2, cache);
    }

    LRUCache cache() {
        return cache;
    }

    WriteBufferManager writeBuffers() {
        return writeBuffers;
    }

    @Override
    public void close() {
        writeBuffers.close();
        cache.close();
    }
}
