package io.rangestream.sampler.topology;

/** Where a faces partition begins now: what lay before it is deleted. Thread-safe. */
@FunctionalInterface
public interface LogStart {
    /**
     * The partition's first offset.
     *
     * @throws org.apache.kafka.common.KafkaException if the broker does not say
     */
    long of(int partition);
}
