package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.LabeledFace;
import io.rangestream.sampler.config.LabelChecks;
import io.rangestream.sampler.topology.TaskBoard.Event;
import io.rangestream.schemas.wire.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** The same picture under two names. */
class LabelsTest {
    @Test
    void aPictureUnderTwoIdentitiesIsCountedAndInTheBatches() {
        try (var sampler = new SamplerHarness(Faces.config())) {
            sampler.add("ann", "0");
            sampler.send(picture("ann", "other id", "ann", "0"));
            sampler.send(picture("bob", "other name", "ann", "0"));
            sampler.send(picture("bob", "other name", "ann", "0"));
            assertEquals(1, sampler.board.counted(Event.LABEL_CONFLICT));
            assertEquals(1, sampler.board.counted(Event.REPEATED_PICTURE));
            assertEquals(3, sampler.board.counted(Event.ACCEPTED));
            for (int face = 1; face < 9; face++) {
                sampler.add("p" + face % 3, "" + face);
            }
            var buffers = sampler.batches().get(sampler.batches().size() - 1).getBuffers();
            assertEquals(1, buffers.getLabelConflicts());
            assertEquals(1, buffers.getRepeatedPictures());
        }
    }

    @Test
    void itIsRefusedWhereTheSettingSaysSoUntilTheFirstIsTakenBack() {
        try (var sampler = new SamplerHarness(Faces.config(LabelChecks.CONFLICT, "refuse"))) {
            sampler.add("ann", "0");
            sampler.send(picture("bob", "x", "ann", "0"));
            assertEquals(1, sampler.letters.size());
            String reason = SamplerHarness.header(sampler.letters.get(0), DeadLetterHeaders.MESSAGE);
            assertEquals("the same picture came under another identity (label.conflict=refuse)", reason);
            sampler.add("ann", "0");
            assertEquals(1, sampler.board.counted(Event.DUPLICATE), "who came first keeps it");

            sampler.retract("ann", "0");
            sampler.send(picture("bob", "x", "ann", "0"));
            sampler.erase("bob");
            sampler.send(picture("cid", "x", "ann", "0"));
            assertEquals(1, sampler.letters.size());
            assertEquals(3, sampler.board.counted(Event.ACCEPTED));
        }
    }

    @Test
    void aHeldOutPictureIsNotTrainedOnUnderAnotherName() {
        try (var sampler =
                new SamplerHarness(Faces.config(LabelChecks.CONFLICT, "refuse", "holdout.identities", "zoe"))) {
            sampler.add("zoe", "0");
            sampler.send(picture("ann", "x", "zoe", "0"));
            assertEquals(1, sampler.letters.size());
        }
    }

    @Test
    void theOldLabelIsRefusedAfterRelabelling() {
        var first = new SamplerHarness(Faces.config(LabelChecks.CONFLICT, "refuse"));
        first.add("ann", "0");
        first.send(
                "bob".getBytes(StandardCharsets.UTF_8),
                Faces.CODEC.encode(picture("bob", "0", "ann", "0")),
                new RecordHeaders().add(SamplerTopology.HEADER_CORRECTION, new byte[0]));
        first.erase("ann");
        assertEquals(0, first.board.counted(Event.LABEL_CONFLICT), "a correction is no conflict");
        first.add("ann", "0");
        assertEquals(1, first.letters.size());

        try (var second = first.reopen()) {
            second.add("ann", "0");
            assertEquals(1, second.letters.size());
            for (int face = 1; face < 9; face++) {
                second.add("p" + face % 3, "" + face);
            }
            var batches = second.batches();
            assertEquals(
                    2,
                    batches.get(batches.size() - 1).getBuffers().getLabelConflicts(),
                    "what was refused is in the batches, too");
        }
    }

    @Test
    void aSecondFaceWithThePictureHoldsItWhenTheFirstIsTakenBack() {
        try (var sampler = new SamplerHarness(Faces.config(LabelChecks.CONFLICT, "refuse"))) {
            sampler.add("ann", "0");
            sampler.send(picture("ann", "1", "ann", "0"));
            sampler.retract("ann", "0");
            sampler.send(picture("bob", "x", "ann", "0"));
            assertEquals(1, sampler.letters.size());
            sampler.send(picture("ann", "1", "ann", "0"));
            assertEquals(1, sampler.board.counted(Event.DUPLICATE));
        }
    }

    @Test
    void relabellingIsNotRefused() {
        try (var sampler = new SamplerHarness(Faces.config(LabelChecks.CONFLICT, "refuse"))) {
            sampler.add("ann", "0");
            sampler.send(
                    "bob".getBytes(StandardCharsets.UTF_8),
                    Faces.CODEC.encode(picture("bob", "0", "ann", "0")),
                    new RecordHeaders().add(SamplerTopology.HEADER_CORRECTION, new byte[0]));
            sampler.retract("ann", "0");
            assertTrue(sampler.letters.isEmpty());
            assertEquals(2, sampler.board.counted(Event.ACCEPTED));
        }
    }

    @Test
    void itIsKnownAfterARestart() {
        var first = new SamplerHarness(Faces.config(LabelChecks.CONFLICT, "refuse"));
        first.add("ann", "0");
        try (var second = first.reopen()) {
            second.send(picture("bob", "x", "ann", "0"));
            assertEquals(1, second.letters.size());
        }
    }

    /** A face of one with the picture of another. */
    private static LabeledFace picture(String identity, String faceId, String of, String ofFaceId) {
        LabeledFace face = Faces.face(identity, faceId);
        face.setImage(Faces.face(of, ofFaceId).getImage());
        return face;
    }
}
