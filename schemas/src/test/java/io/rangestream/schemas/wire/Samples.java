package io.rangestream.schemas.wire;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.Erasure;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.LearnerProgress;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.OrderOutcome;
import io.rangestream.avro.TrainingBatch;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** Every record type of the wire. */
final class Samples {
    private Samples() {}

    static List<Schema> schemas() {
        return List.of(
                LabeledFace.getClassSchema(),
                TrainingBatch.getClassSchema(),
                Erasure.getClassSchema(),
                LearnerProgress.getClassSchema(),
                ModelUpdate.getClassSchema(),
                ModelChunk.getClassSchema(),
                ModelHeartbeat.getClassSchema(),
                ModelOrder.getClassSchema(),
                OrderOutcome.getClassSchema());
    }

    static LabeledFace face() {
        return LabeledFace.newBuilder()
                .setFaceId("f1")
                .setIdentity("ann")
                .setImage(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                .setEncoding(Encoding.PNG)
                .setCapturedAt(Instant.ofEpochMilli(1_700_000_000_123L))
                .setSource("camera 3")
                .setAttributes(Map.of("door", "north"))
                .build();
    }

    static TrainingBatch batch() {
        return TrainingBatch.newBuilder()
                .setBatchId("0_1/7")
                .setTask("0_1")
                .setSequence(7)
                .setIdentities(1)
                .setSamplesPerIdentity(1)
                .setFaces(List.of(BatchFace.newBuilder()
                        .setIdentity("ann")
                        .setFaceId("f1")
                        .setImage(ByteBuffer.wrap(new byte[] {9}))
                        .build()))
                .build();
    }
}
