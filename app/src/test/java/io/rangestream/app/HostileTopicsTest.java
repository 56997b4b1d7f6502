package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.LearnerState;
import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.OrderKind;
import io.rangestream.client.ClientConfig;
import io.rangestream.client.ModelFollower;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.RejectionLimit;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.Fingerprint;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Mutated records on every topic while all roles run: none ends, each starts again, and good faces become versions as before. */
class HostileTopicsTest {
    private static final long SEED = 20261128;
    private static final int FACES = 300;
    private static final int MAX_ROUNDS = 10;
    private static final long SLACK_BYTES = 300L * 1024 * 1024;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void twoThousandMutatedRecordsEndNoRole() throws Exception {
        flood("hostile.", 2_000);
    }

    @Test
    @Tag("scenario")
    void aHundredThousandMutatedRecordsEndNoRole() throws Exception {
        flood("hostile-long.", 100_000);
    }

    private void flood(String prefix, int records) throws Exception {
        Settings settings = settings(prefix);
        CommonConfig common = CommonConfig.from(settings);
        var rounds = new AtomicInteger();
        long faces;
        try (Roles roles = Roles.start(settings)) {
            // Given roles that have made a version of good faces
            faces = roles.makeVersion(settings, 0, rounds) + 1;
            giveOrderAndRefusedFace(common);
            roles.awaitTaken(faces);
            Map<String, List<ConsumerRecord<byte[], byte[]>>> good = read(common);
            long before = usedMemory();

            // When records made of good ones come on every topic
            send(common, good, records);

            // Then every face is accounted for, no role ends, and good faces become the next version
            faces += share(records, common.topics(), common.topics().faces());
            roles.awaitTaken(faces);
            faces = roles.makeVersion(settings, faces, rounds);
            assertEquals(faces, roles.taken());
            long after = usedMemory();
            assertTrue(after - before < SLACK_BYTES, () -> "%d MiB more".formatted((after - before) >> 20));
        }
        // And each starts again with all of that on its topics
        try (Roles roles = Roles.start(settings)) {
            roles.makeVersion(settings, 0, rounds);
            assertEquals(
                    0, CommandRun.of(BROKER, prefix, List.of("models", "list")).exit());
            assertEquals(
                    0,
                    CommandRun.of(BROKER, prefix, List.of("rejected", "list")).exit());
        }
    }

    /** One of each, as they are deployed. */
    private record Roles(Sampler sampler, Learner learner, ModelFollower follower) implements AutoCloseable {
        static Roles start(Settings settings) {
            return new Roles(
                    WholeWay.sampler(settings),
                    WholeWay.learner(settings),
                    ModelFollower.start(CommonConfig.from(settings), ClientConfig.from(settings)));
        }

        /**
         * Ingests good faces until there is another version, and one is served.
         *
         * @param faces on the topic since the roles began
         * @param rounds how often that was done before; kept up to date
         * @return faces on the topic since the roles began
         */
        long makeVersion(Settings settings, long faces, AtomicInteger rounds) throws InterruptedException {
            WholeWay.await("the learner has begun", () -> {
                requireAlive();
                return learner.status().state() != LearnerState.STARTING;
            });
            long last = learner.status().version();
            long sent = faces;
            for (int i = 0; learner.status().version() <= last; i++) {
                assertTrue(i < MAX_ROUNDS, () -> "no version comes: " + learner.status());
                int more = FACES * rounds.incrementAndGet(); // Those of the rounds before are among them.
                WholeWay.ingest(settings, 60, more);
                sent += more;
                awaitTaken(sent);
                WholeWay.await("the learner comes after", () -> {
                    requireAlive();
                    return sampler.status().ahead() == 0 || learner.status().version() > last;
                });
            }
            WholeWay.await("the follower serves a version", () -> {
                requireAlive();
                return follower.current().isPresent();
            });
            return sent;
        }

        long taken() {
            var s = sampler.status();
            return s.accepted() + s.heldOut() + s.duplicates() + s.rejected() + s.retracted() + s.erased();
        }

        void awaitTaken(long faces) throws InterruptedException {
            WholeWay.await(faces + " faces are taken in", () -> {
                requireAlive();
                return taken() >= faces;
            });
        }

        private void requireAlive() {
            WholeWay.requireAlive(learner);
            assertTrue(sampler.isLive(), "the sampler ended");
        }

        @Override
        public void close() {
            follower.close();
            learner.close();
            sampler.close();
        }
    }

    private Settings settings(String prefix) throws Exception {
        Path key = directory.resolve(prefix + "key");
        Path trusted = directory.resolve(prefix + "pub");
        SigningKey.generate(key, trusted);
        var keys = new HashMap<>(WholeWay.small(directory.resolve(prefix)));
        keys.put(LearnerConfig.INPUT_SIZE, "32");
        keys.put(LearnerConfig.WIDTH, "0.25");
        keys.put(LearnerConfig.EMBEDDING_DIM, "16");
        keys.put(LearnerConfig.SIGNING_KEY, key.toString());
        keys.put(ClientConfig.TRUSTED_KEYS, trusted.toString());
        keys.put(RejectionLimit.WINDOW, "0");
        return BROKER.settings(prefix, keys);
    }

    /** Topics with what share of the records goes there, in percent. */
    private static Map<String, Integer> shares(TopicCatalogue topics) {
        var shares = new LinkedHashMap<String, Integer>();
        shares.put(topics.schemas(), 15);
        shares.put(topics.faces(), 30);
        shares.put(topics.facesRejected(), 5);
        shares.put(topics.facesHoldout(), 10);
        shares.put(topics.batches(), 5);
        shares.put(topics.learnerProgress(), 15);
        shares.put(topics.modelOrders(), 5);
        shares.put(topics.modelUpdates(), 14);
        shares.put(topics.modelWeights(), 1);
        return shares;
    }

    private static long share(int records, TopicCatalogue topics, String topic) {
        return (long) records * shares(topics).getOrDefault(topic, 0) / 100;
    }

    private static Map<String, List<ConsumerRecord<byte[], byte[]>>> read(CommonConfig common) {
        var good = new HashMap<String, List<ConsumerRecord<byte[], byte[]>>>();
        for (String topic : shares(common.topics()).keySet()) {
            try (var log = new TopicLog(common, topic)) {
                good.put(topic, log.readToEnd());
            }
        }
        return good;
    }

    private static void send(CommonConfig common, Map<String, List<ConsumerRecord<byte[], byte[]>>> good, int records) {
        Map<String, Object> config = common.clientConfig();
        config.put("max.request.size", Integer.toString(TopicCatalogue.MAX_RECORD_BYTES));
        var mutations = new Mutations(SEED);
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            shares(common.topics()).keySet().forEach(topic -> {
                boolean compacted = !topic.equals(common.topics().faces())
                        && !topic.equals(common.topics().facesRejected())
                        && !topic.equals(common.topics().batches())
                        && !topic.equals(common.topics().modelOrders());
                for (long i = share(records, common.topics(), topic); i > 0; i--) {
                    ProducerRecord<byte[], byte[]> record = mutations.next(topic, good.get(topic));
                    // The broker itself refuses records without a key there.
                    producer.send(
                            record.key() == null && compacted
                                    ? new ProducerRecord<>(topic, 0, new byte[0], record.value(), record.headers())
                                    : record);
                }
            });
        }
    }

    /** So that there is an order and a dead letter to mutate. */
    private static void giveOrderAndRefusedFace(CommonConfig common) {
        var order = ModelOrder.newBuilder()
                .setModel(common.model())
                .setOrderId("refused")
                .setKind(OrderKind.PROMOTE)
                .setVersion(1)
                .setExpectedVersion(77)
                .build();
        byte[] bytes = new RecordCodec(List.of(ModelOrder.getClassSchema()), SchemaSource.NONE).encode(order);
        assertTrue(Fingerprint.leads(bytes));
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                    common.topics().modelOrders(), "refused".getBytes(StandardCharsets.UTF_8), bytes));
            producer.send(new ProducerRecord<>(common.topics().faces(), 0, new byte[] {'a'}, new byte[] {1}));
        }
    }

    private static long usedMemory() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
