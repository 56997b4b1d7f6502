package io.rangestream.learner.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.schemas.storage.DirectoryStore;
import io.rangestream.schemas.storage.ObjectContent;
import io.rangestream.schemas.storage.ObjectStore;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Artifacts that go to a store instead of the topic. */
@ExtendWith(TrustedRecords.class)
class ClaimCheckTest {
    private static final Map<TopicPartition, OffsetAndMetadata> OFFSETS =
            Map.of(new TopicPartition("batches", 0), new OffsetAndMetadata(42));
    private static final Succession NOTHING =
            new Succession(new VersionHistory(), "", Instant.parse("2026-02-03T04:05:06.789Z"));
    private static final GroupMembership GROUP = new FixedMembership();

    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    private final byte[] artifact = new byte[2500];

    @BeforeEach
    void begin() {
        producer.initTransactions();
        new Random(1).nextBytes(artifact);
    }

    @Test
    void aLargeArtifactIsInItsStoreBeforeTheTransactionBegins(@TempDir Path folder) {
        var store = new DirectoryStore(folder);
        var order = new ArrayList<String>();
        ModelPublisher large = withClaimCheck(watched(store, order), 2499);

        ModelUpdate published = large.publish(draft(), artifact, NOTHING, List.of(), OFFSETS, GROUP);

        assertEquals(List.of("put, in a transaction: false"), order);
        Artifact claimed = published.getArtifact();
        String name = "p.face/7/%s.onnx".formatted(claimed.getSha256());
        assertEquals(List.of(name), names(store));
        assertEquals(store.uri(name).toString(), claimed.getUri());
        assertEquals(List.of(0, 2500L), List.of(claimed.getChunks(), claimed.getBytes()));
        assertEquals(1, producer.history().size());
        var codec = new RecordCodec(List.of(ModelUpdate.getClassSchema()), SchemaSource.NONE);
        assertEquals(published, codec.decode(producer.history().get(0).value()));
    }

    @Test
    void anArtifactOfTheThresholdItselfGoesThroughTheTopic(@TempDir Path folder) {
        var store = new DirectoryStore(folder);

        ModelUpdate published =
                withClaimCheck(store, 2500).publish(draft(), artifact, NOTHING, List.of(), OFFSETS, GROUP);

        assertEquals(3, published.getArtifact().getChunks());
        assertNull(published.getArtifact().getUri());
        assertEquals(List.of(), names(store));
    }

    @Test
    void whatCannotBeStoredBeginsNoTransaction(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no directory");

        var e = assertThrows(UncheckedIOException.class, () -> withClaimCheck(new DirectoryStore(file), 1)
                .publish(draft(), artifact, NOTHING, List.of(), OFFSETS, GROUP));

        assertTrue(e.getMessage().startsWith("version 7 cannot be published: file:"), e.getMessage());
        assertFalse(producer.transactionInFlight());
        assertEquals(List.of(), producer.history());
    }

    @Test
    void aVersionMadeAgainAfterACrashIsStoredAgain(@TempDir Path folder) {
        var store = new DirectoryStore(folder);
        ModelPublisher large = withClaimCheck(store, 1);
        producer.sendOffsetsToTransactionException = new KafkaException("lost");
        assertThrows(KafkaException.class, () -> large.publish(draft(), artifact, NOTHING, List.of(), OFFSETS, GROUP));
        List<String> stored = names(store);
        producer.sendOffsetsToTransactionException = null;

        large.publish(draft(), artifact, NOTHING, List.of(), OFFSETS, GROUP);

        assertEquals(1, stored.size());
        assertEquals(stored, names(store));
    }

    @Test
    void whatAStoreHasOfAPrunedVersionIsDeletedOnceThatIsCommitted(@TempDir Path folder) throws Exception {
        var store = new DirectoryStore(folder);
        ModelPublisher large = withClaimCheck(store, 1);
        ModelUpdate first = large.publish(draft(), artifact, NOTHING, List.of(), OFFSETS, GROUP);
        store.put("p.face/7/attempt.onnx", ObjectContent.of(new byte[] {1}));
        store.put("p.face/77/other.onnx", ObjectContent.of(new byte[] {2}));
        ModelUpdate next = Versions.version(8, ModelStatus.PROMOTED, "", 0);

        producer.sendOffsetsToTransactionException = new KafkaException("lost");
        assertThrows(
                KafkaException.class,
                () -> large.publish(next, artifact, retiring(first, next), List.of(), OFFSETS, GROUP));
        assertTrue(names(store).contains("p.face/7/attempt.onnx"));
        producer.sendOffsetsToTransactionException = null;
        ModelUpdate second = large.publish(next, artifact, retiring(first, next), List.of(), OFFSETS, GROUP);

        assertEquals(
                List.of(
                        "p.face/77/other.onnx",
                        "p.face/8/%s.onnx".formatted(second.getArtifact().getSha256())),
                names(store));
    }

    @Test
    void whatCannotBeDeletedStaysAndTheVersionIsPublished(@TempDir Path folder) {
        var stubborn = new DelegatingStore(new DirectoryStore(folder)) {
            @Override
            public void delete(String name) throws IOException {
                throw new IOException(name + " cannot be deleted: read-only");
            }
        };
        ModelPublisher large = withClaimCheck(stubborn, 1);
        ModelUpdate first = large.publish(draft(), artifact, NOTHING, List.of(), OFFSETS, GROUP);

        ModelUpdate next = Versions.version(8, ModelStatus.PROMOTED, "", 0);
        large.publish(next, artifact, retiring(first, next), List.of(), OFFSETS, GROUP);

        assertEquals(2, names(stubborn).size());
        assertEquals(2, producer.commitCount());
    }

    private static Succession retiring(ModelUpdate version, ModelUpdate next) {
        var history = new VersionHistory();
        history.add(version);
        return Succession.ofPublishing(history, next, 1);
    }

    private ModelPublisher withClaimCheck(ObjectStore store, long aboveBytes) {
        return new ModelPublisher(
                producer,
                "face",
                "model-updates",
                "model-weights",
                1000,
                Optional.empty(),
                Optional.of(new ClaimCheck(store, "p.", aboveBytes)),
                new VersionHistory());
    }

    private ObjectStore watched(ObjectStore store, List<String> order) {
        return new DelegatingStore(store) {
            @Override
            public void put(String name, ObjectContent content) throws IOException {
                order.add("put, in a transaction: " + producer.transactionInFlight());
                super.put(name, content);
            }
        };
    }

    private static List<String> names(ObjectStore store) {
        try {
            return store.list("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static class DelegatingStore implements ObjectStore {
        private final ObjectStore store;

        DelegatingStore(ObjectStore store) {
            this.store = store;
        }

        @Override
        public URI uri(String name) {
            return store.uri(name);
        }

        @Override
        public void put(String name, ObjectContent content) throws IOException {
            store.put(name, content);
        }

        @Override
        public InputStream open(String name) throws IOException {
            return store.open(name);
        }

        @Override
        public boolean exists(String name) throws IOException {
            return store.exists(name);
        }

        @Override
        public void delete(String name) throws IOException {
            store.delete(name);
        }

        @Override
        public List<String> list(String prefix) throws IOException {
            return store.list(prefix);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private static ModelUpdate draft() {
        return Versions.version(7, ModelStatus.PROMOTED, "", 0);
    }
}
