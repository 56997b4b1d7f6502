package io.rangestream.learner;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.publish.Versions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TrustedRecords.class)
class ResumabilityTest {
    @TempDir
    private Path folder;

    @Test
    void aStoreThatDoesNotAnswerOrIsNotMountedIsNoRefusal() throws IOException {
        CheckpointStore checkpoints = CheckpointStore.in(folder);
        ModelUpdate version = Versions.version(1, ModelStatus.SUPERSEDED, "0123456789abcdef", 1);
        var resumability = new Resumability(checkpoints, 0);

        // Given nothing at all where the checkpoints of the versions should be
        var empty = assertThrows(CheckpointException.class, () -> resumability.objection(version));
        assertFalse(empty.isRefusal());

        // or a file that cannot be read
        Path unreadable = Files.createDirectory(folder.resolve("version-00000001-0123456789abcdef.ckpt"));
        var broken = assertThrows(CheckpointException.class, () -> resumability.objection(version));
        assertFalse(broken.isRefusal());

        // Then only a checkpoint that is missing among others is an objection
        Files.delete(unreadable);
        checkpoints.writeVersion(2, out -> out.writeInt(2));
        assertTrue(resumability.objection(version).orElseThrow().contains("missing"));
    }
}
