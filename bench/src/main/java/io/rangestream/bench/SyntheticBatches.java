package io.rangestream.bench;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.BufferStatistics;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.synthetic.Population;
import io.rangestream.ingest.synthetic.SyntheticFaces;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.RecordSerde;
import io.rangestream.schemas.wire.SchemaTopic;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Batches of synthetic faces in the form of the sampler's, P identities × K crops drawn anew for each; JPEGs of 64 × 64. */
final class SyntheticBatches {
    private static final String TASK = "0_0";
    private static final int PEOPLE = 200;
    private static final int FACES = 2000;

    private final int identities;
    private final int samples;
    private final List<List<BatchFace>> people;
    private final Random random = new Random(1);

    SyntheticBatches(int identities, int samples) {
        this.identities = identities;
        this.samples = samples;
        Map<String, List<BatchFace>> faces = new TreeMap<>();
        try (var source = new SyntheticFaces(Population.of(PEOPLE, FACES), 1)) {
            for (FaceRef ref : source.faces()) {
                faces.computeIfAbsent(ref.identity(), identity -> new ArrayList<>())
                        .add(new BatchFace(
                                ref.identity(), ref.name(), Encoding.JPEG, 0, 0, ByteBuffer.wrap(source.read(ref))));
            }
        }
        this.people = new ArrayList<>(faces.values());
    }

    /** Batches of sequence 1, 2, …. */
    List<TrainingBatch> take(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(this::draw).toList();
    }

    /** Puts batches of sequence 1, 2, … on the batches topic. */
    void fill(CommonConfig common, int count) {
        TopicCatalogue topics = common.topics();
        SchemaTopic.publish(topics.schemas(), common.clientConfig(), List.of(TrainingBatch.getClassSchema()));
        Map<String, Object> properties = common.clientConfig();
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicCatalogue.MAX_RECORD_BYTES);
        try (var schemas = new SchemaTopic(topics.schemas(), common.clientConfig());
                RecordSerde<SpecificRecord> serde = RecordSerde.ofAny(List.of(), schemas);
                var producer = new KafkaProducer<>(properties, new StringSerializer(), serde.serializer())) {
            for (int sequence = 1; sequence <= count; sequence++) {
                producer.send(new ProducerRecord<>(topics.batches(), TASK, draw(sequence)));
            }
        }
    }

    private TrainingBatch draw(long sequence) {
        List<BatchFace> drawn = new ArrayList<>(identities * samples);
        Collections.shuffle(people, random);
        for (List<BatchFace> person : people.subList(0, identities)) {
            for (int k = 0; k < samples; k++) {
                drawn.add(person.get(random.nextInt(person.size())));
            }
        }
        return TrainingBatch.newBuilder()
                .setBatchId(TASK + "/" + sequence)
                .setTask(TASK)
                .setSequence(sequence)
                .setIdentities(identities)
                .setSamplesPerIdentity(samples)
                .setFaces(drawn)
                .setHoldoutRecords(0)
                .setBuffers(BufferStatistics.newBuilder()
                        .setIdentities(PEOPLE)
                        .setDrawable(PEOPLE)
                        .setKept(FACES)
                        .setSeen(FACES)
                        .build())
                .build();
    }
}
