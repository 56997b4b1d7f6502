package io.rangestream.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.signature.UpdateSignature;
import io.rangestream.schemas.updates.HeartbeatKey;
import io.rangestream.schemas.updates.UpdateHeaders;
import io.rangestream.schemas.updates.VersionKey;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes that docs/protocol.md shows are those that the code writes. */
class ProtocolPageTest {
    private static final Path PAGE = Path.of("..", "docs", "protocol.md");
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
    private static final byte[] PIECE = "ONNX".getBytes(UTF_8);

    @Test
    void theWorkedChunkIsWhatTheCodecWrites() throws Exception {
        byte[] record = new RecordCodec(List.of(), SchemaSource.NONE).encode(chunk());

        String page = Files.readString(PAGE);
        assertShown(page, record);
        assertTrue(
                page.contains("`%016x`".formatted(SchemaNormalization.parsingFingerprint64(ModelChunk.SCHEMA$))), page);
        assertTrue(page.contains(chunk().getSha256()));
    }

    @Test
    void theWorkedSignatureIsWhatTheKeyWrites(@TempDir Path folder) throws Exception {
        // RFC 8410: a PKCS #8 header for Ed25519 and the 32 bytes that are the key, 00 01 ... 1f.
        byte[] header = HexFormat.of().parseHex("302e020100300506032b657004220420");
        byte[] der = Arrays.copyOf(header, header.length + 32);
        for (int i = 0; i < 32; i++) {
            der[header.length + i] = (byte) i;
        }
        Path key = Files.writeString(
                folder.resolve("key"),
                "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
                        .formatted(Base64.getEncoder().encodeToString(der)));

        byte[] signature = SigningKey.read(key).sign("faces/7", "value".getBytes(UTF_8));

        assertEquals(64, signature.length);
        assertShown(Files.readString(PAGE), signature);
    }

    @Test
    void theWorkedHeartbeatIsWhatTheCodecWrites() throws Exception {
        var beat = new ModelHeartbeat("faces", Instant.parse("2026-01-02T03:04:05.678Z"), 41L, 7L, 8L);

        String page = Files.readString(PAGE);
        assertShown(page, new RecordCodec(List.of(), SchemaSource.NONE).encode(beat));
        assertTrue(page.contains(
                "fingerprint %016x;".formatted(SchemaNormalization.parsingFingerprint64(ModelHeartbeat.SCHEMA$))));
        assertTrue(
                page.contains("| `model-updates` | `MODEL/heartbeat`, as `%s` |".formatted(HeartbeatKey.of("faces"))));
    }

    @Test
    void theKeysAndHeadersOfThePageAreThoseThatTheCodeWrites() throws Exception {
        String page = Files.readString(PAGE);
        var version = new VersionKey("faces", 7);
        ModelUpdate update = ModelUpdate.newBuilder()
                .setModel("faces")
                .setVersion(7)
                .setStatus(ModelStatus.PROMOTED)
                .setCreatedAt(Instant.EPOCH)
                .setArtifact(new Artifact("onnx", 1L, "", 1, 0L, null, false))
                .setNetwork(Network.newBuilder()
                        .setBackbone("compact")
                        .setEmbeddingDim(1)
                        .setInputWidth(1)
                        .setInputHeight(1)
                        .build())
                .setTraining(Training.newBuilder().build())
                .build();

        assertTrue(page.contains("| `model-updates` | `MODEL/VERSION`, as `%s`;".formatted(version)));
        assertTrue(page.contains("| `model-weights` | `MODEL/VERSION/INDEX`, as `%s`;".formatted(version.chunk(0))));
        Map<String, String> headers = UpdateHeaders.of(update);
        headers.forEach((name, text) -> {
            String written = name.equals("ce_time") ? "when" : "`" + text + "`";
            assertTrue(page.contains("| `%s` | %s".formatted(name, written)), name);
        });
        assertTrue(page.contains("| `%s` | 64 bytes".formatted(UpdateSignature.HEADER)));
    }

    /** As lines of sixteen bytes, with an offset in front and whatever one likes behind. */
    private static void assertShown(String page, byte[] bytes) {
        var lines = new StringBuilder();
        for (int from = 0; from < bytes.length; from += 16) {
            int to = Math.min(bytes.length, from + 16);
            String line = "%04x  %s".formatted(from, HEX.formatHex(bytes, from, to));
            lines.append(line).append('\n');
        }
        lines.toString()
                .lines()
                .forEach(line -> assertTrue(page.contains(line), () -> "the page should show\n" + lines));
    }

    private static ModelChunk chunk() throws Exception {
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(PIECE));
        return new ModelChunk("faces", 7L, 0, 1, ByteBuffer.wrap(PIECE), sha256);
    }
}
