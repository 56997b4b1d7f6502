package io.rangestream.sampler.internal.intake;

import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.Operation;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.identity.InvalidNameException;
import io.rangestream.schemas.identity.NameRule;
import io.rangestream.schemas.image.FaceIds;
import io.rangestream.schemas.image.ImageHeader;
import io.rangestream.schemas.image.InvalidImageException;
import io.rangestream.schemas.wire.Fingerprint;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of the faces topic and refuses the ones that cannot be used. Of an image the structure is looked at, no pixel is
 * decoded.
 * Thread-safe.
 */
public final class Intake {
    private final SamplerConfig config;
    private final RecordCodec codec;

    /** @param schemas where the schemas of newer and older producers are looked up */
    public Intake(SamplerConfig config, SchemaSource schemas) {
        this.config = config;
        this.codec = new RecordCodec(List.of(LabeledFace.getClassSchema()), schemas);
    }

    /** @throws RejectedFaceException with the reason */
    public Request read(byte @Nullable [] key, byte @Nullable [] value) {
        String identity = identity(key);
        if (value == null) {
            return new Request.Erase(identity);
        }
        LabeledFace face = decode(value);
        boolean asSent = normalise(face);
        if (!face.getIdentity().equals(identity)) {
            throw new RejectedFaceException("the face's identity is not the record's key");
        }
        return face.getOperation() == Operation.RETRACT ? retraction(face) : addition(face, asSent ? value : null);
    }

    private static String identity(byte @Nullable [] key) {
        if (key == null) {
            throw new RejectedFaceException("the record has no key: it has to be the identity");
        }
        try {
            return NameRule.IDENTITY.normalise(key);
        } catch (InvalidNameException e) {
            throw new RejectedFaceException(String.valueOf(e.getMessage()));
        }
    }

    /** From here on the face has the names that everybody else calls it by; false if that changed it. */
    private static boolean normalise(LabeledFace face) {
        try {
            String identity = NameRule.IDENTITY.normalise(face.getIdentity());
            String faceId = NameRule.FACE_ID.normalise(face.getFaceId());
            boolean asSent = identity.equals(face.getIdentity()) && faceId.equals(face.getFaceId());
            face.setIdentity(identity);
            face.setFaceId(faceId);
            return asSent;
        } catch (InvalidNameException e) {
            throw new RejectedFaceException(String.valueOf(e.getMessage()));
        }
    }

    private LabeledFace decode(byte[] value) {
        if (value.length > config.largestFaceRecordBytes()) {
            throw new RejectedFaceException("a record of %d bytes is larger than %s %d and %d for what is not the image"
                    .formatted(
                            value.length,
                            SamplerConfig.MAX_FACE_BYTES,
                            config.maxFaceBytes(),
                            SamplerConfig.METADATA_BYTES));
        }
        try {
            return (LabeledFace) codec.decode(value);
        } catch (UndecodableRecordException e) {
            throw new RejectedFaceException(String.valueOf(e.getMessage()));
        }
    }

    private static Request retraction(LabeledFace face) {
        if (!face.getFaceId().isEmpty()) {
            return new Request.Retract(face.getIdentity(), face.getFaceId());
        }
        byte[] image = bytes(face.getImage());
        if (image.length == 0) {
            throw new RejectedFaceException("a RETRACT without face_id and image names no face");
        }
        return new Request.Retract(face.getIdentity(), FaceIds.contentHash(image));
    }

    /** @param record the record as it came; null if its names were normalised, so that it has to be encoded anew */
    private Request addition(LabeledFace face, byte @Nullable [] record) {
        byte[] image = bytes(face.getImage());
        if (image.length > config.maxFaceBytes()) {
            throw new RejectedFaceException("an image of %d bytes is larger than %s %d"
                    .formatted(image.length, SamplerConfig.MAX_FACE_BYTES, config.maxFaceBytes()));
        }
        ImageHeader header;
        try {
            header = ImageHeader.check(image, face.getEncoding(), face.getWidth(), face.getHeight());
        } catch (InvalidImageException e) {
            throw new RejectedFaceException(String.valueOf(e.getMessage()));
        }
        if (header.pixels() > config.maxFacePixels()) {
            throw new RejectedFaceException("an image of %d x %d has more pixels than %s %d"
                    .formatted(header.width(), header.height(), SamplerConfig.MAX_FACE_PIXELS, config.maxFacePixels()));
        }
        if (record != null && !face.getFaceId().isEmpty() && Fingerprint.leads(record)) {
            return new Request.Add(face.getIdentity(), face.getFaceId(), face, record);
        }
        if (face.getFaceId().isEmpty()) {
            face.setFaceId(FaceIds.contentHash(image));
        }
        return new Request.Add(face.getIdentity(), face.getFaceId(), face, codec.encode(face));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.remaining() == buffer.array().length) {
            return buffer.array();
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }
}
