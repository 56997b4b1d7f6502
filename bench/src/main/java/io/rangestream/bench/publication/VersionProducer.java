package io.rangestream.bench.publication;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.hash.Sha256;
import io.rangestream.schemas.topics.TopicAdmin;
import io.rangestream.schemas.updates.VersionKey;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.SchemaTopic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Publishes whatever bytes as promoted versions: topics, schemas, chunks and updates as a learner makes them. Not thread-safe. */
final class VersionProducer implements AutoCloseable {
    static final int CHUNK = 512 * 1024;

    private final CommonConfig common;
    private final Network network;
    private final Producer<byte[], byte[]> producer;
    private final RecordCodec codec = new RecordCodec(List.of(), SchemaSource.NONE);
    private long version;

    VersionProducer(CommonConfig common, Network network) {
        this.common = common;
        this.network = network;
        try (var admin = new TopicAdmin(common.clientConfig())) {
            admin.create(common.topics(), (short) 1);
        }
        SchemaTopic.publish(
                common.topics().schemas(),
                common.clientConfig(),
                List.of(ModelUpdate.getClassSchema(), ModelChunk.getClassSchema()));
        var config = common.clientConfig();
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "bench");
        this.producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
    }

    long version() {
        return version;
    }

    /** @return nanosecond time at which the commit was asked for, when all records had reached the broker: nobody may see them earlier */
    long publish(byte[] artifact) {
        version++;
        var key = new VersionKey(common.model(), version);
        int count = (artifact.length + CHUNK - 1) / CHUNK;
        producer.beginTransaction();
        for (int i = 0; i < count; i++) {
            byte[] piece = Arrays.copyOfRange(artifact, i * CHUNK, Math.min(artifact.length, (i + 1) * CHUNK));
            var chunk = new ModelChunk(common.model(), version, i, count, ByteBuffer.wrap(piece), Sha256.of(piece));
            send(common.topics().modelWeights(), key.chunk(i).toString(), codec.encode(chunk));
        }
        ModelUpdate update = ModelUpdate.newBuilder()
                .setModel(common.model())
                .setVersion(version)
                .setStatus(ModelStatus.PROMOTED)
                .setCreatedAt(Instant.now())
                .setArtifact(Artifact.newBuilder()
                        .setBytes(artifact.length)
                        .setSha256(Sha256.of(artifact))
                        .setChunks(count)
                        // Every transaction has its chunks and a marker.
                        .setFirstChunkOffset((version - 1) * (count + 1L))
                        .build())
                .setNetwork(network)
                .setTraining(Training.newBuilder().build())
                .build();
        send(common.topics().modelUpdates(), key.toString(), codec.encode(update));
        producer.flush();
        long committed = System.nanoTime();
        producer.commitTransaction();
        return committed;
    }

    @Override
    public void close() {
        producer.close();
    }

    private void send(String topic, String key, byte[] value) {
        producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value));
    }
}
