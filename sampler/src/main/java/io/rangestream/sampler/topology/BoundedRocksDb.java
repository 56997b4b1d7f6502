package io.rangestream.sampler.topology;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Options;

/**
 * Puts every store under the {@link RocksMemory} that is in the configuration. Made by Streams, by reflection, once per
 * store; what is shared therefore comes in through the configuration and not through a static field.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
    /** Setting: the {@link RocksMemory} to share. */
    static final String MEMORY_CONFIG = "rangestream.rocksdb.memory";

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        // Deleted and overwritten faces leave the disk within a day, as they leave the changelog.
        options.setPeriodicCompactionSeconds(Duration.ofDays(1).toSeconds());
        if (configs.get(MEMORY_CONFIG) instanceof RocksMemory memory
                && options.tableFormatConfig() instanceof BlockBasedTableConfig table) {
            table.setBlockCache(memory.cache());
            table.setCacheIndexAndFilterBlocks(true);
            table.setCacheIndexAndFilterBlocksWithHighPriority(true);
            table.setPinTopLevelIndexAndFilter(true);
            options.setTableFormatConfig(table);
            options.setWriteBufferManager(memory.writeBuffers());
        }
    }

    @Override
    public void close(String storeName, Options options) {
        // The memory is shared and closed by its owner.
    }
}
