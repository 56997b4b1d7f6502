package io.rangestream.schemas.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.config.ConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryStoreTest {
    private static final byte[] BYTES = "weights".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private ObjectStore store;

    @BeforeEach
    void open() {
        store = ObjectStores.open(folder.resolve("objects").toString(), StorageConfig.ofDefaults());
    }

    @Test
    void whatIsPutCanBeReadListedAndDeleted() throws IOException {
        assertEquals(List.of(), store.list(""));
        store.put("m/1.onnx", ObjectContent.of(BYTES));
        store.put("n/1.onnx", ObjectContent.of(BYTES));

        assertTrue(store.exists("m/1.onnx"));
        assertArrayEquals(BYTES, read(store, "m/1.onnx"));
        assertArrayEquals(BYTES, Files.readAllBytes(folder.resolve("objects/m/1.onnx")));
        assertEquals(List.of("m/1.onnx"), store.list("m/"));

        store.delete("m/1.onnx");
        store.delete("m/1.onnx");

        assertFalse(store.exists("m/1.onnx"));
        assertEquals(List.of("n/1.onnx"), store.list(""));
    }

    @Test
    void aUriAndAPathLeadToTheSamePlace() throws IOException {
        store.put("m", ObjectContent.of(BYTES));

        ObjectStore byUri = ObjectStores.open(folder.resolve("objects").toUri().toString(), StorageConfig.ofDefaults());

        assertArrayEquals(BYTES, read(byUri, "m"));
        assertEquals(store.uri("m"), byUri.uri("m"));
    }

    @Test
    void contentThatChangedSinceItsHashWasTakenLeavesWhatWasThere() throws IOException {
        store.put("m", ObjectContent.of(BYTES));
        byte[] others = "another".getBytes(StandardCharsets.UTF_8);
        var changed = new ObjectContent(
                others.length, ObjectContent.of(BYTES).sha256(), () -> new ByteArrayInputStream(others));

        var e = assertThrows(IOException.class, () -> store.put("m", changed));

        assertTrue(e.getMessage().startsWith(store.uri("m") + " cannot be written: its bytes have "), e.getMessage());
        assertArrayEquals(BYTES, read(store, "m"));
        try (Stream<Path> files = Files.list(folder.resolve("objects"))) {
            assertEquals(1, files.count(), "a temporary file is left behind");
        }
    }

    @Test
    void aWriteThatBreaksOffLeavesNothing() throws IOException {
        var broken = new ObjectContent(BYTES.length, ObjectContent.of(BYTES).sha256(), () -> new InputStream() {
            private int given;

            @Override
            public int read() throws IOException {
                if (given == 3) {
                    throw new IOException("the disk is gone");
                }
                return BYTES[given++];
            }
        });

        var e = assertThrows(IOException.class, () -> store.put("m", broken));

        assertEquals(store.uri("m") + " cannot be written: the disk is gone", e.getMessage());
        assertEquals(List.of(), store.list(""));
    }

    @Test
    void anObjectThatIsNotThereIsTold() {
        var e = assertThrows(ObjectNotFoundException.class, () -> store.open("none"));

        assertEquals("there is no " + store.uri("none"), e.getMessage());
    }

    @Test
    void aDirectoryThatCannotBeMadeIsToldInOneLine() throws IOException {
        Files.write(folder.resolve("objects"), BYTES);

        var e = assertThrows(IOException.class, () -> store.put("m", ObjectContent.of(BYTES)));

        assertTrue(e.getMessage().startsWith(store.uri("m") + " cannot be written: "), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/m", "m/", "../m", "m/../../n", ".hidden", "m//n", "a b"})
    void aNameDoesNotLeadElsewhere(String name) {
        assertThrows(IllegalArgumentException.class, () -> store.exists(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gs://bucket/x", "file://host/x", "s3:///x", "s3://bucket/x?y"})
    void whatIsNoLocationIsRefused(String location) {
        assertThrows(ConfigurationException.class, () -> ObjectStores.open(location, StorageConfig.ofDefaults()));
    }

    private static byte[] read(ObjectStore store, String name) throws IOException {
        try (InputStream in = store.open(name)) {
            return in.readAllBytes();
        }
    }
}
