package io.rangestream.learner.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.storage.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {
    private static final String OTHER_HASH = "0".repeat(64);

    @TempDir
    private Path folder;

    private CheckpointStore store;

    @BeforeEach
    void open() {
        store = CheckpointStore.in(folder);
    }

    @Test
    void whatIsWrittenIsRead() {
        String hash = store.writeVersion(7, out -> out.writeUTF("state of 7"));

        assertTrue(hash.matches("[0-9a-f]{64}"), hash);
        assertEquals("state of 7", store.readVersion(7, hash, in -> in.readUTF()));
        assertEquals("state of 7", CheckpointStore.in(folder).readVersion(7, hash, in -> in.readUTF()));
    }

    @Test
    void equalContentHasAnEqualHashAndOtherContentAnother() {
        String hash = store.writeVersion(1, out -> out.writeLong(5));

        assertEquals(hash, store.writeVersion(2, out -> out.writeLong(5)));
        assertNotEquals(hash, store.writeVersion(3, out -> out.writeLong(6)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 32, 33, 500, 1031})
    void aTruncatedCheckpointIsRefusedInOneLine(int length) throws IOException {
        String hash = store.writeVersion(1, out -> out.write(new byte[1000]));
        Path file = only();
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));

        assertRefused(1, hash, "truncated|damaged");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 500, 999, 1000, 1031})
    void aFlippedBitIsNoticedWhereverItIs(int at) throws IOException {
        String hash = store.writeVersion(1, out -> out.write(new byte[1000]));
        Path file = only();
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 4;
        Files.write(file, bytes);

        assertRefused(1, hash, "damaged");
    }

    @Test
    void aSoundCheckpointOfAnotherHashIsRefused() throws IOException {
        String committed = store.writeVersion(1, out -> out.writeUTF("committed"));
        Path name = only();
        Files.delete(name);
        store.writeVersion(1, out -> out.writeUTF("another"));
        Files.move(only(), name);

        assertRefused(1, committed, "was published with " + committed);
    }

    @Test
    void aMissingCheckpointIsNamed() {
        assertRefused(3, OTHER_HASH, "of version 3 is missing: there is no .*version-00000003.*");
        assertRefused(3, "", "of version 3 is missing: there is no .*version-00000003.*");
    }

    @Test
    void aLearnerThatWasFencedDoesNotReplaceTheCommittedCheckpoint() {
        String committed = store.writeVersion(4, out -> out.writeUTF("committed"));

        CheckpointStore.in(folder).writeVersion(4, out -> out.writeUTF("of a learner that lost its partition"));

        assertEquals("committed", store.readVersion(4, committed, in -> in.readUTF()));
    }

    @Test
    void aFailedWriteLeavesTheOldBatchInHandAndNoOtherFile() throws IOException {
        store.writeInHand(out -> out.writeUTF("old"));

        var e = assertThrows(
                CheckpointException.class,
                () -> store.writeInHand(out -> {
                    out.writeUTF("new");
                    throw new IOException("No space left on device");
                }));

        assertOneLine(e, "cannot write the checkpoint of the batch in hand: No space left on device");
        assertEquals(Optional.of("old"), store.readInHand(in -> in.readUTF()));
        assertEquals("in-hand.ckpt", only().getFileName().toString());
    }

    @Test
    void whatAKilledLearnerLeftIsRemovedAndWhatAnotherIsAtIsNot() throws IOException {
        Path left = Files.writeString(folder.resolve(".checkpoint-1.part"), "half");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        Path recent = Files.writeString(folder.resolve(".checkpoint-2.part"), "half");

        CheckpointStore.in(folder);

        assertEquals(recent, only());
    }

    @Test
    void aProbeLeavesNothing() throws IOException {
        store.probe();

        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void aStoreThatTakesNothingIsToldByTheProbe() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        var elsewhere = new CheckpointStore(new DirectoryStore(file), folder.resolve("staging"));

        var e = assertThrows(CheckpointException.class, elsewhere::probe);

        assertOneLine(e, "checkpoints cannot be kept: file:.*/file/probe-.* cannot be written: .*");
        assertFalse(e.isRefusal());
    }

    @Test
    void theVersionsThatThereAreAreToldByTheirNames() throws IOException {
        assertTrue(store.isEmpty());
        store.writeVersion(3, out -> out.writeUTF("state"));
        store.writeVersion(12, out -> out.writeUTF("state"));
        store.writeInHand(out -> out.writeUTF("state"));
        Files.writeString(folder.resolve("notes.txt"), "not ours");

        assertEquals(Set.of(3L, 12L), store.versions());
        assertFalse(store.isEmpty());
    }

    @Test
    void theLastVersionsAndThePromotedOneStay() {
        List<String> hashes = Stream.iterate(1L, v -> v <= 6, v -> v + 1)
                .map(v -> store.writeVersion(v, out -> out.writeLong(v)))
                .toList();
        store.writeInHand(out -> out.writeUTF("in hand"));

        store.retain(6, 2, Set.of(3L));

        for (long version : List.of(3L, 5L, 6L)) {
            String hash = hashes.get((int) version - 1);
            long content = store.readVersion(version, hash, in -> in.readLong());
            assertEquals(version, content);
        }
        for (long version : List.of(1L, 2L, 4L)) {
            assertRefused(version, hashes.get((int) version - 1), "is missing");
        }
        assertTrue(store.readInHand(in -> in.readUTF()).isPresent());
    }

    @Test
    void aFolderThatCannotBeMadeIsToldInOneLine() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        var inTheWay = assertThrows(CheckpointException.class, () -> CheckpointStore.in(file));
        var below = assertThrows(CheckpointException.class, () -> CheckpointStore.in(file.resolve("below")));

        assertOneLine(inTheWay, "checkpoint.dir .*file cannot be used: FileAlreadyExistsException.*");
        assertOneLine(below, "checkpoint.dir .*below cannot be used: .*");
    }

    @Test
    void withoutABatchInHandThereIsNone() {
        assertEquals(Optional.empty(), store.readInHand(in -> in.readUTF()));
    }

    @Test
    void aDamagedBatchInHandCountsAsNone() throws IOException {
        store.writeInHand(out -> out.writeUTF("in hand"));
        Files.write(folder.resolve("in-hand.ckpt"), new byte[50]);

        assertEquals(Optional.empty(), store.readInHand(in -> in.readUTF()));
    }

    @Test
    void aSoundBatchInHandThatDoesNotFitIsAnErrorAndNotSilentlyDropped() {
        store.writeInHand(out -> out.writeUTF("in hand"));

        var e = assertThrows(
                CheckpointException.class,
                () -> store.readInHand(in -> {
                    throw new IOException("it was made with learner.threads=8");
                }));

        assertOneLine(e, ".*in-hand.ckpt cannot be used: it was made with learner.threads=8");
    }

    private void assertRefused(long version, String hash, String reason) {
        var e = assertThrows(CheckpointException.class, () -> store.readVersion(version, hash, in -> in.readByte()));

        assertOneLine(e, ".*(" + reason + ").*");
    }

    private static void assertOneLine(Exception e, String pattern) {
        assertTrue(e.getMessage().matches(pattern), e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }

    /** The only file in the folder. */
    private Path only() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertEquals(1, all.size(), all.toString());
            return all.get(0);
        }
    }
}
