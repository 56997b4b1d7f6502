package io.rangestream.app.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.CrossVersion;
import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class VersionTableTest {
    /** Avro builds only records of classes it trusts; it is the codec that names ours to it. */
    private static final RecordCodec CODEC = new RecordCodec(List.of(ModelUpdate.getClassSchema()), SchemaSource.NONE);

    @Test
    void showSaysSinceWhichVersionGalleriesStayValid() {
        ModelUpdate update = version("face/3");
        update.setCompatibleWith(List.of("face/1"));
        update.getEvaluation()
                .setCrossVersion(List.of(
                        new CrossVersion(1L, 0.8712, 0.87, null, null),
                        new CrossVersion(3L, 0.9012, 0.88, -0.0111, 0.0022)));

        List<String> lines = VersionTable.details(update).lines().toList();

        assertEquals(
                List.of(
                        "space       face/3: galleries stay valid since version 3",
                        "            compares with galleries of face/1, too",
                        "            against version 1: AUC 0.8712, - to - off its own (95 %); 0.8700 by that version alone",
                        "            against version 3: AUC 0.9012, -0.0111 to +0.0022 off its own (95 %); 0.8800 by that version"
                                + " alone"),
                lines.subList(lines.size() - 4, lines.size()));
    }

    @Test
    void aVersionThatNamesNoSpaceIsOneOfItsOwn() {
        assertTrue(
                VersionTable.details(version("")).endsWith("space       face/7: galleries stay valid since version 7"));
    }

    @Test
    void theListShowsTheSpaceOfEachVersion() {
        String[] lines = VersionTable.render(List.of(version("face/3"))).split("\n", -1);

        assertTrue(lines[0].endsWith(" accuracy  space"), lines[0]);
        assertTrue(lines[1].endsWith("  face/3"), lines[1]);
    }

    private static ModelUpdate version(String space) {
        ModelUpdate update = ModelUpdate.newBuilder()
                .setModel("face")
                .setVersion(7)
                .setStatus(ModelStatus.PROMOTED)
                .setCreatedAt(Instant.EPOCH)
                .setArtifact(Artifact.newBuilder()
                        .setBytes(0)
                        .setSha256("")
                        .setChunks(1)
                        .build())
                .setNetwork(Network.newBuilder()
                        .setBackbone("compact")
                        .setEmbeddingDim(128)
                        .setInputWidth(64)
                        .setInputHeight(64)
                        .build())
                .setTraining(Training.newBuilder().build())
                .setEvaluation(Evaluation.newBuilder().build())
                .setEmbeddingSpace(space)
                .build();
        return (ModelUpdate) CODEC.decode(CODEC.encode(update)); // As it comes from the topic.
    }
}
