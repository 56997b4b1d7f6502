package io.rangestream.sampler.topology;

import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;

/** Stores for tests of what lies in them. */
public final class SurvivingStores {
    private SurvivingStores() {}

    public static KeyValueStore<Bytes, byte[]> inMemory() {
        var context = new MockProcessorContext<byte[], byte[]>();
        KeyValueStore<Bytes, byte[]> store =
                SurvivingStore.supplier("store", new TreeMap<>()).get();
        store.init(context.getStateStoreContext(), store);
        return store;
    }
}
