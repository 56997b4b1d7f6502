package io.rangestream.sampler.internal.buffer;

import io.rangestream.sampler.internal.draw.DrawPosition;
import io.rangestream.schemas.config.ConfigurationException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What the draw needs beside the identities' records; one record in the task's store.
 *
 * @param position where the draw stands
 * @param turns given to those who wait for their first batch, so far
 */
record DrawRecord(DrawPosition position, long turns) {
    private static final byte VERSION = 1;
    private static final byte[] KEY = {'d', 'r', 'a', 'w'};

    /** The stored record, or that of a task that has none yet. */
    static DrawRecord load(KeyValueStore<Bytes, byte[]> store) {
        byte[] stored = store.get(Bytes.wrap(KEY));
        if (stored == null) {
            return new DrawRecord(DrawPosition.START, 0);
        }
        var bytes = ByteBuffer.wrap(stored);
        byte version = bytes.get();
        if (version != VERSION) {
            throw new ConfigurationException(
                    "the draw's position is of format %d, this release reads %d: run the release"
                                    .formatted(version, VERSION)
                            + " that wrote it, or take another topic.prefix to begin with empty buffers, new topics and a new model");
        }
        return new DrawRecord(new DrawPosition(bytes.getLong(), bytes.getInt()), bytes.getLong());
    }

    void save(KeyValueStore<Bytes, byte[]> store) {
        var bytes = ByteBuffer.allocate(1 + 2 * Long.BYTES + Integer.BYTES)
                .put(VERSION)
                .putLong(position.batches())
                .putInt(position.round())
                .putLong(turns);
        store.put(Bytes.wrap(KEY), bytes.array());
    }
}
