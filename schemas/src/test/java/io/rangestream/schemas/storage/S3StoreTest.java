package io.rangestream.schemas.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class S3StoreTest {
    private static final byte[] BYTES = "weights".getBytes(StandardCharsets.UTF_8);

    private FakeS3 s3;
    private ObjectStore store;

    @BeforeEach
    void start() throws IOException {
        s3 = new FakeS3();
        store = ObjectStores.open("s3://%s/a/prefix/".formatted(FakeS3.BUCKET), config(s3.endpoint()));
    }

    @AfterEach
    void stop() {
        store.close();
        s3.close();
    }

    @Test
    void whatIsPutCanBeReadListedAndDeleted() throws IOException {
        store.put("m/1.onnx", ObjectContent.of(BYTES));

        assertEquals(URI.create("s3://models/a/prefix/m/1.onnx"), store.uri("m/1.onnx"));
        assertArrayEquals(BYTES, s3.objects().get("a/prefix/m/1.onnx"));
        assertTrue(store.exists("m/1.onnx"));
        assertArrayEquals(BYTES, read("m/1.onnx"));
        assertEquals(List.of("m/1.onnx"), store.list("m/"));

        store.delete("m/1.onnx");

        assertFalse(store.exists("m/1.onnx"));
        assertEquals(Map.of(), s3.objects());
    }

    @Test
    void aListIsReadPageByPageAndHoldsWhatBeginsWithThePrefix() throws IOException {
        for (String name : List.of("b/1", "a/5", "a/4", "a/3", "a/2", "a/1")) {
            store.put(name, ObjectContent.of(BYTES));
        }
        s3.objects().put("elsewhere/a/9", BYTES);

        assertEquals(List.of("a/1", "a/2", "a/3", "a/4", "a/5"), store.list("a/"));
    }

    @Test
    void contentThatChangedSinceItsHashWasTakenIsNotStored() {
        var changed = new ObjectContent(
                BYTES.length,
                ObjectContent.of("another".getBytes(StandardCharsets.UTF_8)).sha256(),
                source(BYTES));

        var e = assertThrows(IOException.class, () -> store.put("m", changed));

        assertEquals("s3://models/a/prefix/m cannot be written: BadDigest of the test (HTTP 400)", e.getMessage());
        assertEquals(Map.of(), s3.objects());
    }

    @Test
    void anObjectThatIsNotThereIsTold() {
        var e = assertThrows(ObjectNotFoundException.class, () -> read("none"));

        assertEquals("there is no s3://models/a/prefix/none", e.getMessage());
    }

    @Test
    void aBucketThatIsNotThereIsAnErrorAndNoMissingObject() {
        try (ObjectStore other = ObjectStores.open("s3://nowhere/x", config(s3.endpoint()))) {
            var e = assertThrows(IOException.class, () -> other.open("none"));

            assertEquals("s3://nowhere/x/none cannot be read: NoSuchBucket of the test (HTTP 404)", e.getMessage());
        }
    }

    @Test
    void anAnswerOfTheStoresOwnTroubleIsTriedAgain() throws IOException {
        s3.failNext(500, "InternalError");
        s3.failNext(503, "SlowDown");
        store.put("m", ObjectContent.of(BYTES));
        s3.failNext(500, "InternalError");

        assertArrayEquals(BYTES, read("m"));
        assertEquals(5, s3.requests().size(), s3.requests()::toString);
    }

    @Test
    void troubleThatStaysIsAnErrorAfterThreeAttempts() {
        for (int i = 0; i < 3; i++) {
            s3.failNext(500, "InternalError");
        }

        var e = assertThrows(IOException.class, () -> store.put("m", ObjectContent.of(BYTES)));

        assertEquals("s3://models/a/prefix/m cannot be written: InternalError of the test (HTTP 500)", e.getMessage());
        assertEquals(3, s3.requests().size(), s3.requests()::toString);
    }

    @Test
    void aRefusalIsToldAtOnceAndWithoutTheKeys() {
        s3.failNext(403, "AccessDenied");

        var e = assertThrows(IOException.class, () -> store.put("m", ObjectContent.of(BYTES)));

        assertEquals("s3://models/a/prefix/m cannot be written: AccessDenied of the test (HTTP 403)", e.getMessage());
        assertEquals(1, s3.requests().size(), s3.requests()::toString);
    }

    @Test
    void aRefusalToLookIsNoMissingObject() {
        s3.failNext(403, "AccessDenied");

        var e = assertThrows(IOException.class, () -> store.exists("m"));

        assertTrue(e.getMessage().matches("s3://models/a/prefix/m cannot be looked at: .*403.*"), e.getMessage());
    }

    @Test
    void aStoreThatIsNotThereIsToldInOneLine() {
        String endpoint = s3.endpoint();
        s3.close();
        try (ObjectStore gone = ObjectStores.open("s3://models", config(endpoint))) {
            var e = assertThrows(IOException.class, () -> gone.list(""));

            assertTrue(e.getMessage().startsWith("s3://models/ cannot be listed: "), e.getMessage());
            assertTrue(e.getMessage().contains("Connection refused"), e.getMessage());
            assertFalse(e.getMessage().contains("\n"), e.getMessage());
        }
    }

    @Test
    void theSecretIsNotInTheSettingsText() {
        assertFalse(
                config(s3.endpoint()).toString().contains(FakeS3.SECRET),
                config(s3.endpoint()).toString());
    }

    @Test
    void keysGoTogether() {
        var half = Settings.of(Map.of(StorageConfig.ACCESS_KEY, "a"));

        assertThrows(ConfigurationException.class, () -> StorageConfig.from(half));
    }

    @Test
    void anEndpointIsAUrl() {
        var settings = Settings.of(Map.of(StorageConfig.ENDPOINT, "minio:9000"));

        assertThrows(ConfigurationException.class, () -> StorageConfig.from(settings));
    }

    @Test
    void withoutTheLibraryAnS3LocationSaysWhatIsMissing() throws Exception {
        URL own = ObjectStores.class.getProtectionDomain().getCodeSource().getLocation();
        Class<?> settings = ConfigurationException.class;
        try (var loader = new URLClassLoader(new URL[] {own}, new WithoutAmazon(settings.getClassLoader()))) {
            Class<?> stores = loader.loadClass(ObjectStores.class.getName());
            Class<?> config = loader.loadClass(StorageConfig.class.getName());
            Object defaults = config.getMethod("ofDefaults").invoke(null);

            var e = assertThrows(InvocationTargetException.class, () -> stores.getMethod("open", String.class, config)
                    .invoke(null, "s3://models/x", defaults));

            assertEquals(
                    "'s3://models/x' needs software.amazon.awssdk:s3 and url-connection-client on the class path",
                    e.getCause().getMessage());
            assertNotNull(stores.getMethod("open", String.class, config).invoke(null, "a/directory", defaults));
        }
    }

    /** Everything but Amazon's library and the package that uses it. */
    private static final class WithoutAmazon extends ClassLoader {
        WithoutAmazon(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("software.amazon.") || name.startsWith(ObjectStores.class.getPackageName())) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }

    private byte[] read(String name) throws IOException {
        try (InputStream in = store.open(name)) {
            return in.readAllBytes();
        }
    }

    private static ObjectContent.Source source(byte[] bytes) {
        return () -> new ByteArrayInputStream(bytes);
    }

    private static StorageConfig config(String endpoint) {
        return StorageConfig.from(Settings.of(Map.of(
                StorageConfig.ENDPOINT,
                endpoint,
                StorageConfig.REGION,
                "eu-central-1",
                StorageConfig.PATH_STYLE,
                "true",
                StorageConfig.ACCESS_KEY,
                FakeS3.ACCESS,
                StorageConfig.SECRET_KEY,
                FakeS3.SECRET)));
    }
}
