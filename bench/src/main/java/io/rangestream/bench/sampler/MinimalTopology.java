package io.rangestream.bench.sampler;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The least that Kafka Streams does with a face: puts it into a store with a changelog and forwards as many bytes as
 * arrived. It understands nothing of what it handles.
 */
final class MinimalTopology {
    private static final String STORE = "faces";

    private MinimalTopology() {}

    /**
     * @param facesPerRecord 1 to forward each face by itself; more to forward so many, one after the other, as one record
     * @param taken counts the faces
     */
    static Topology build(String from, String to, int facesPerRecord, AtomicLong taken) {
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        "in",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        from)
                .addProcessor("put", () -> new Put(facesPerRecord, taken), "in")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(STORE), Serdes.Bytes(), Serdes.ByteArray()),
                        "put")
                .addSink("out", to, new ByteArraySerializer(), new ByteArraySerializer(), "put");
    }

    private static final class Put implements Processor<byte[], byte[], byte[], byte[]> {
        private final int facesPerRecord;
        private final AtomicLong taken;
        private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
        private int count;
        private @Nullable ProcessorContext<byte[], byte[]> context;
        private @Nullable KeyValueStore<Bytes, byte[]> store;

        Put(int facesPerRecord, AtomicLong taken) {
            this.facesPerRecord = facesPerRecord;
            this.taken = taken;
        }

        @Override
        public void init(ProcessorContext<byte[], byte[]> context) {
            this.context = context;
            this.store = context.getStateStore(STORE);
        }

        @Override
        public void process(Record<byte[], byte[]> face) {
            if (context == null || store == null) {
                throw new IllegalStateException("a record came before init");
            }
            byte[] key = ByteBuffer.allocate(face.key().length + Integer.BYTES)
                    .put(face.key())
                    .putInt(count++)
                    .array();
            store.put(Bytes.wrap(key), face.value());
            if (facesPerRecord == 1) {
                context.forward(face);
            } else {
                gathered.writeBytes(face.value());
                if (count % facesPerRecord == 0) {
                    context.forward(face.withValue(gathered.toByteArray()));
                    gathered.reset();
                }
            }
            taken.incrementAndGet();
        }
    }
}
