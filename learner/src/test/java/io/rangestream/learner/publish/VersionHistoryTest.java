package io.rangestream.learner.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.TrustedRecords;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TrustedRecords.class)
class VersionHistoryTest {
    private final VersionHistory history = new VersionHistory();

    @Test
    void candidatesAreThoseThatMayStillBePromoted() {
        history.add(pruned(Versions.version(1, ModelStatus.CANDIDATE, "", 1)));
        history.add(Versions.version(2, ModelStatus.CANDIDATE, "", 1));
        history.add(Versions.version(3, ModelStatus.PROMOTED, "", 1));
        history.add(Versions.version(4, ModelStatus.CANDIDATE, "", 1));

        assertEquals(Set.of(2L, 4L), history.candidates());

        history.add(Versions.version(2, ModelStatus.SUPERSEDED, "", 1));
        assertEquals(Set.of(4L), history.candidates());
    }

    @Test
    void aNumberThatWasPassedOverIsNotGivenAgainIfItFollowsOnTheOthers() {
        history.add(Versions.version(1, ModelStatus.PROMOTED, "", 1));

        history.passOver(2L, false);
        history.passOver(3L, false);
        history.passOver(7L, false);
        history.ends(0);

        assertEquals(4, history.nextVersion());
        history.add(Versions.version(4, ModelStatus.PROMOTED, "", 1));
        assertEquals(5, history.nextVersion());
    }

    private static ModelUpdate pruned(ModelUpdate version) {
        return ModelUpdate.newBuilder(version)
                .setArtifact(Artifact.newBuilder(version.getArtifact())
                        .setPruned(true)
                        .build())
                .build();
    }
}
