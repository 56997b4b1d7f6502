package io.rangestream.ingest;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/** How crops are produced: without loss and duplicates whatever the operator says, and in large batches. */
final class ProducerSettings {
    /** The key, the name of the file and the record's own fields, generously. */
    private static final int OVERHEAD_BYTES = 16 * 1024;

    private static final int OUTAGE_MILLIS = 15 * 60_000;

    private ProducerSettings() {}

    /** @param client connection settings; what they say on batching and timeouts stands */
    static Map<String, Object> of(Map<String, Object> client, int maxFaceBytes) {
        var settings = new HashMap<String, Object>();
        // Crops are compressed already; compressing them again costs time and saves next to nothing.
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(4L * InFlight.MAX_BYTES, 2L * maxFaceBytes));
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, (int)
                Math.min(Integer.MAX_VALUE, Math.max(1L << 20, (long) maxFaceBytes + OVERHEAD_BYTES)));
        // A broker that is away for ten minutes ends no run; whoever watches is told of it meanwhile.
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, OUTAGE_MILLIS);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 15_000);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, OUTAGE_MILLIS);
        settings.putAll(client);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        return settings;
    }
}
