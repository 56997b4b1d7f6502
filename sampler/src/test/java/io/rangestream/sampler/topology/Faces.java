package io.rangestream.sampler.topology;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.Operation;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Faces and settings for tests. */
final class Faces {
    static final RecordCodec CODEC = new RecordCodec(List.of(LabeledFace.getClassSchema()), SchemaSource.NONE);

    private Faces() {}

    /** Small batches, no holdout, a batch as soon as it is possible; then the changes. */
    static SamplerConfig config(Object... changes) {
        Map<String, String> settings = new HashMap<>(Map.of(
                SamplerConfig.BATCH_IDENTITIES, "3",
                SamplerConfig.BATCH_SAMPLES, "2",
                SamplerConfig.BUFFER_CAPACITY, "5",
                SamplerConfig.BUFFER_REMEMBERED, "100",
                SamplerConfig.START_IDENTITIES, "3",
                SamplerConfig.HOLDOUT_IDENTITIES_PER_MILLE, "0",
                SamplerConfig.HOLDOUT_FACES_PER_MILLE, "0"));
        for (int i = 0; i < changes.length; i += 2) {
            settings.put((String) changes[i], changes[i + 1].toString());
        }
        return SamplerConfig.from(Settings.of(settings));
    }

    static LabeledFace face(String identity, String faceId) {
        return LabeledFace.newBuilder()
                .setIdentity(identity)
                .setFaceId(faceId)
                .setEncoding(Encoding.BMP)
                .setImage(ByteBuffer.wrap(bmp(identity + " " + faceId, 8, 8)))
                .build();
    }

    static LabeledFace retraction(String identity, String faceId) {
        return LabeledFace.newBuilder()
                .setIdentity(identity)
                .setFaceId(faceId)
                .setOperation(Operation.RETRACT)
                .build();
    }

    /** A black BMP of one bit per pixel, and some bytes that only this picture has; sizes that no crop has get no rows. */
    static byte[] bmp(String content, int width, int height) {
        byte[] text = content.getBytes(StandardCharsets.UTF_8);
        int rows = height > 64 ? 0 : height * ((width + 31) / 32) * 4;
        return ByteBuffer.allocate(54 + text.length + rows)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(0, (byte) 'B')
                .put(1, (byte) 'M')
                .putInt(10, 54 + text.length) // where the pixels begin
                .putInt(14, 40) // BITMAPINFOHEADER
                .putInt(18, width)
                .putInt(22, height)
                .putShort(28, (short) 1) // bits
                .put(54, text)
                .array();
    }
}
