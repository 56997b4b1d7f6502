package io.rangestream.app.experiment.continual;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.BufferStatistics;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.image.FaceIds;
import io.rangestream.schemas.image.ImageHeader;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.SchemaTopic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes the batches of the arms without buffers straight to the batches topic, where the sampler's would be. One thread runs it;
 * {@link #close} may be called from any.
 */
final class DirectBatches implements AutoCloseable {
    private static final String TASK = "0_0";
    /** Batches that are written ahead of the learner. */
    private static final int AHEAD = 100;

    private static final long LOOK_MILLIS = 50;

    private final FaceSource source;
    private final String topic;
    private final Producer<String, byte[]> producer;
    private final RecordCodec codec = new RecordCodec(List.of(), SchemaSource.NONE);
    private volatile boolean closed;

    private DirectBatches(FaceSource source, String topic, Producer<String, byte[]> producer) {
        this.source = source;
        this.topic = topic;
        this.producer = producer;
    }

    /** Publishes the schema of what will be written, and connects; the source stays the caller's to close. */
    static DirectBatches connect(CommonConfig common, FaceSource source) {
        var client = new HashMap<>(common.clientConfig());
        SchemaTopic.publish(common.topics().schemas(), client, List.of(TrainingBatch.getClassSchema()));
        client.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicCatalogue.MAX_RECORD_BYTES);
        client.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        return new DirectBatches(
                source,
                common.topics().batches(),
                new KafkaProducer<>(client, new StringSerializer(), new ByteArraySerializer()));
    }

    /**
     * The most recent faces, each step so much further on that the last one ends with the stream.
     *
     * @param step from 1
     */
    static List<FaceRef> recent(List<FaceRef> arrival, int crops, int step, int steps) {
        int arrived = (int) Math.ceil((double) step * arrival.size() / steps);
        int end = Math.min(arrival.size(), Math.max(crops, arrived));
        return arrival.subList(Math.max(0, end - crops), end);
    }

    /** Faces drawn uniformly, with replacement; a function of the seed and the step. */
    static List<FaceRef> byImage(List<FaceRef> faces, int crops, int step, long seed) {
        var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + step);
        var drawn = new ArrayList<FaceRef>(crops);
        for (int i = 0; i < crops; i++) {
            drawn.add(faces.get(random.nextInt(faces.size())));
        }
        return drawn;
    }

    /**
     * Writes a batch for each step, never far ahead of the learner; returns early when closed.
     *
     * @param batch the faces of a step, which are numbered from 1
     * @param trained how many batches the learner has dealt with
     */
    void run(int steps, IntFunction<List<FaceRef>> batch, LongSupplier trained) {
        try {
            for (int step = 1; step <= steps && !closed; step++) {
                while (step > trained.getAsLong() + AHEAD && !closed) {
                    Thread.sleep(LOOK_MILLIS);
                }
                write(step, batch.apply(step));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        producer.close();
    }

    private void write(long sequence, List<FaceRef> faces) throws IOException, InterruptedException {
        List<FaceRef> grouped =
                faces.stream().sorted(Comparator.comparing(FaceRef::identity)).toList();
        var crops = new ArrayList<BatchFace>(grouped.size());
        for (FaceRef face : grouped) {
            crops.add(crop(face));
        }
        var batch = TrainingBatch.newBuilder()
                .setBatchId(TASK + "/" + sequence)
                .setTask(TASK)
                .setSequence(sequence)
                .setIdentities(crops.size()) // There is no K that all have: as if each crop were a person's.
                .setSamplesPerIdentity(1)
                .setFaces(crops)
                .setBuffers(BufferStatistics.newBuilder().build())
                .build();
        try {
            producer.send(new ProducerRecord<>(topic, TASK, codec.encode(batch)))
                    .get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        }
    }

    private BatchFace crop(FaceRef face) throws IOException {
        byte[] image = source.read(face);
        ImageHeader header = ImageHeader.read(image).orElseThrow(() -> new IOException("no image: " + face.name()));
        return BatchFace.newBuilder()
                .setIdentity(face.identity())
                .setFaceId(FaceIds.contentHash(image))
                .setEncoding(header.encoding())
                .setImage(ByteBuffer.wrap(image))
                .build();
    }
}
