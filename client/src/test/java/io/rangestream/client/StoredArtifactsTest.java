package io.rangestream.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.hash.Sha256;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.storage.ArtifactName;
import io.rangestream.schemas.storage.DirectoryStore;
import io.rangestream.schemas.storage.ObjectContent;
import io.rangestream.schemas.storage.StorageConfig;
import io.rangestream.schemas.storage.StoreLocation;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class StoredArtifactsTest {
    private static final Duration WAIT = Duration.ofMillis(300);
    private static final String PREFIX = "p.";

    private final TestLog weights = new TestLog("model-weights");
    private final byte[] artifact = new byte[100_000];

    @TempDir
    private Path folder;

    private DirectoryStore store;

    @BeforeEach
    void fill() {
        store = new DirectoryStore(folder.resolve("store"));
        new Random(1).nextBytes(artifact);
    }

    @Test
    void anArtifactIsFetchedFromTheStoreThatTheConfigurationNames() throws Exception {
        ModelVersion version = stored(3, artifact);

        try (ArtifactFetcher fetcher = fetcher(true)) {
            assertArrayEquals(artifact, fetcher.fetch(version));
            Path file = folder.resolve("model.onnx");
            fetcher.fetchTo(version, file);
            assertArrayEquals(artifact, Files.readAllBytes(file));
        }
        assertEquals(0, weights.recordsRead());
    }

    @Test
    void aFollowerServesAnArtifactFromTheStore() throws Exception {
        var updates = new TestLog("model-updates");
        Publication.append(updates, stored(1, TinyOnnx.constant(1)).update());
        var config = new ClientConfig(WAIT, 0, 1, 1_000_000, TrustedKeys.anyone(), location(), 1 << 20, Duration.ZERO);

        try (var follower = new ModelFollower(
                () -> new ModelLog(updates.reader(), Publication.MODEL, SchemaSource.NONE, config.trusted()),
                fetcher(true),
                () -> {},
                config)) {
            follower.start();

            assertEquals(
                    1,
                    follower.awaitVersion(Duration.ofSeconds(30)).orElseThrow().version());
        }
    }

    @Test
    void anAlteredArtifactIsRefused() throws Exception {
        ModelVersion version = stored(3, artifact);
        Path file = file(version);
        byte[] altered = artifact.clone();
        altered[4711] ^= 1;
        Files.write(file, altered);

        ArtifactException refusal = refused(version, Check.SHA256);
        assertTrue(refusal.getMessage().startsWith("the SHA-256 of " + file.toUri()), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 99_999, 100_001, 1_000_000})
    void anArtifactOfAnotherSizeIsRefused(int bytes) throws Exception {
        ModelVersion version = stored(3, artifact);
        Files.write(file(version), new byte[bytes]);

        refused(version, Check.SIZE);
    }

    @Test
    void anArtifactThatIsNotThereWasPruned() throws Exception {
        ModelVersion version = stored(3, artifact);
        Path file = file(version);
        Files.delete(file);

        ArtifactException refusal = refused(version, Check.RETENTION);
        assertEquals("there is no %s; the version was pruned".formatted(file.toUri()), refusal.getMessage());
    }

    @Test
    void aStoreThatCannotBeReadIsTriedAgainLater() throws Exception {
        ModelVersion version = stored(3, artifact);
        Path file = file(version);
        Files.delete(file);
        Files.delete(file.getParent());
        Files.createFile(file.getParent());

        assertTrue(refused(version, Check.ARRIVAL).retryable());
    }

    @Test
    void withoutAStoreInTheConfigurationNothingIsOpened() throws Exception {
        ModelVersion version = stored(3, artifact);

        try (ArtifactFetcher fetcher = fetcher(false)) {
            var refusal = assertThrows(ArtifactException.class, () -> fetcher.fetch(version));
            assertEquals(Check.LOCATION, refusal.failed());
            assertTrue(
                    refusal.getMessage().contains("set client.claim.check.store to the learner's store"),
                    refusal.getMessage());
            assertFalse(refusal.retryable());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"FOLDER/elsewhere.onnx", "STORE/../elsewhere.onnx", "s3://foreign/x", "", "a\nb", "http://x/"})
    void aForeignAddressIsRefused(String address) throws Exception {
        Files.write(folder.resolve("elsewhere.onnx"), artifact);
        ModelVersion version = stored(3, artifact);
        version.update()
                .getArtifact()
                .setUri(address.replace("FOLDER/", folder.toUri().toString())
                        .replace("STORE/", folder.resolve("store").toUri().toString()));

        ArtifactException refusal = refused(version, Check.LOCATION);
        assertTrue(refusal.getMessage().contains("client.claim.check.store"), refusal.getMessage());
    }

    @Test
    void theAddressOfAnotherVersionIsRefused() throws Exception {
        ModelVersion other = stored(2, artifact);
        ModelVersion version = stored(3, artifact);
        version.update().getArtifact().setUri(other.update().getArtifact().getUri());

        refused(version, Check.LOCATION);
    }

    @Test
    void aHashThatLeadsOutOfTheStoreIsRefused() throws Exception {
        Files.write(folder.resolve("elsewhere.onnx"), artifact);
        ModelVersion version = stored(3, artifact);
        Artifact claimed = version.update().getArtifact();
        claimed.setSha256("../../../../elsewhere");
        claimed.setUri(folder.resolve("elsewhere.onnx").toUri().toString());

        refused(version, Check.LOCATION);
    }

    @Test
    void theStoreIsASettingOfTheClient() {
        ClientConfig config = ClientConfig.from(Settings.of(Map.of("client.claim.check.store", "s3://models/a")));

        assertEquals("s3://models/a", config.claimCheck().orElseThrow().location());
        assertEquals(Optional.empty(), ClientConfig.ofDefaults().claimCheck());
    }

    private ModelVersion stored(long version, byte[] bytes) throws IOException {
        String name = ArtifactName.of(PREFIX, Publication.MODEL, version, Sha256.of(bytes));
        store.put(name, ObjectContent.of(bytes));
        ModelUpdate update = Publication.update(version, ModelStatus.PROMOTED, bytes, 0, -1);
        update.getArtifact().setUri(store.uri(name).toString());
        return new ModelVersion(update, 0);
    }

    private Path file(ModelVersion version) {
        return folder.resolve("store/p.faces/%d/%s.onnx".formatted(version.version(), version.sha256()));
    }

    private ArtifactException refused(ModelVersion version, Check check) {
        try (ArtifactFetcher fetcher = fetcher(true)) {
            var refusal = assertThrows(ArtifactException.class, () -> fetcher.fetch(version));
            assertEquals(check, refusal.failed(), refusal.getMessage());
            assertEquals(1, refusal.getMessage().lines().count());
            return refusal;
        }
    }

    private ArtifactFetcher fetcher(boolean withStore) {
        Optional<StoreLocation> location = withStore ? location() : Optional.empty();
        return Publication.fetcher(weights, WAIT, StoredArtifacts.of(location, PREFIX));
    }

    private Optional<StoreLocation> location() {
        return Optional.of(new StoreLocation(folder.resolve("store").toString(), StorageConfig.ofDefaults()));
    }
}
