package io.rangestream.sampler.internal.buffer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.ByteBufferSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Which faces a task has sent to the holdout: one key per (identity, rank) with the face_id, so that a face is written
 * once and everything of an identity can be taken back. Not thread-safe.
 */
public final class HoldoutLedger {
    private final KeyValueStore<Bytes, byte[]> store;

    public HoldoutLedger(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** Notes a face; false if it was noted before. */
    public boolean add(String identity, long rank, String faceId) {
        return store.putIfAbsent(key(identity, rank), faceId.getBytes(StandardCharsets.UTF_8)) == null;
    }

    /** Crosses a face out; false if it was not there. */
    public boolean remove(String identity, long rank) {
        return store.delete(key(identity, rank)) != null;
    }

    /** Crosses out every face of an identity and says which they were. */
    public List<String> removeAll(String identity) {
        List<Bytes> keys = new ArrayList<>();
        List<String> faceIds = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries = entries(store, identity)) {
            while (entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                keys.add(entry.key);
                faceIds.add(new String(entry.value, StandardCharsets.UTF_8));
            }
        }
        keys.forEach(store::delete);
        return faceIds;
    }

    /** How many faces of an identity a store of this kind names. */
    public static int count(ReadOnlyKeyValueStore<Bytes, byte[]> store, String identity) {
        int count = 0;
        try (KeyValueIterator<Bytes, byte[]> entries = entries(store, identity)) {
            for (; entries.hasNext(); entries.next()) {
                count++;
            }
        }
        return count;
    }

    /** The identity, UTF-8, in a key of such a store. */
    static ByteBuffer identity(byte[] key) {
        return ByteBuffer.wrap(key, Short.BYTES, key.length - Short.BYTES - Long.BYTES);
    }

    private static KeyValueIterator<Bytes, byte[]> entries(
            ReadOnlyKeyValueStore<Bytes, byte[]> store, String identity) {
        return store.prefixScan(ByteBuffer.wrap(prefix(identity, 0).array()), new ByteBufferSerializer());
    }

    private static Bytes key(String identity, long rank) {
        return Bytes.wrap(prefix(identity, Long.BYTES).putLong(rank).array());
    }

    private static ByteBuffer prefix(String identity, int room) {
        byte[] name = identity.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Short.BYTES + name.length + room)
                .putShort((short) name.length)
                .put(name);
    }
}
