package io.rangestream.app.correction;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.topology.StreamsSettings;
import io.rangestream.schemas.config.CommonConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Says how far the sampler has come with the faces topic, by the offsets it commits: with exactly-once, what lies before
 * them is done in stores, batches and holdout alike.
 */
public final class TakenIn implements AutoCloseable {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private final Admin admin;
    private final String group;
    private final String faces;

    public TakenIn(CommonConfig common, SamplerConfig config) {
        admin = Admin.create(common.clientConfig());
        group = StreamsSettings.applicationId(common, config);
        faces = common.topics().faces();
    }

    /**
     * Waits until the sampler is past these offsets.
     *
     * @param offsets by faces partition
     * @return the partitions that it has not come to within the time
     */
    public List<Integer> await(Map<Integer, Long> offsets, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            List<Integer> waiting = notYet(offsets);
            if (waiting.isEmpty() || System.nanoTime() > deadline) {
                return waiting;
            }
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        }
    }

    @Override
    public void close() {
        admin.close();
    }

    private List<Integer> notYet(Map<Integer, Long> offsets) throws InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> committed;
        try {
            committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
        } catch (ExecutionException e) {
            throw new KafkaException("the sampler's offsets cannot be read", e.getCause());
        }
        var waiting = new ArrayList<Integer>();
        offsets.forEach((partition, offset) -> {
            OffsetAndMetadata at = committed.get(new TopicPartition(faces, partition));
            if (at == null || at.offset() <= offset) {
                waiting.add(partition);
            }
        });
        return waiting;
    }
}
