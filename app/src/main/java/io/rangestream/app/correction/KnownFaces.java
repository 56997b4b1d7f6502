package io.rangestream.app.correction;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.Operation;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.identity.InvalidNameException;
import io.rangestream.schemas.identity.NameRule;
import io.rangestream.schemas.image.FaceIds;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The faces of one identity, wherever they are: in the buffers, by their changelog; in the holdout; and in the faces topic,
 * for its retention. The topic has the last word, since the sampler may not have come to its end. Not thread-safe.
 */
public final class KnownFaces {
    private final String identity;
    private final RecordCodec codec;
    /** By face_id. */
    private final Map<Place, LabeledFace> faces = new LinkedHashMap<>();

    /** A face of the task of one faces partition: tasks do not know of each other, and an order reaches one alone. */
    private record Place(int partition, String faceId) {}

    /** @param identity normalised */
    public KnownFaces(String identity, SchemaSource schemas) {
        this.identity = identity;
        this.codec = new RecordCodec(List.of(LabeledFace.getClassSchema(), BatchFace.getClassSchema()), schemas);
    }

    /** Reads what the sampler keeps, as far as it has come. */
    public void readKept(CommonConfig common, SamplerConfig config) {
        for (KeptFaces.Kept kept : KeptFaces.read(common, config, identity, codec)) {
            faces.put(new Place(kept.partition(), kept.face().getFaceId()), kept.face());
        }
    }

    /** Takes in the next record of the faces topic; to be called in their order. */
    public void arrived(ConsumerRecord<byte[], byte[]> record) {
        if (!KeptFaces.isOf(identity, record.key())) {
            return;
        }
        if (record.value() == null) {
            faces.keySet().removeIf(place -> place.partition() == record.partition());
            return;
        }
        LabeledFace face = decode(record.value());
        if (face != null && face.getIdentity().equals(identity)) {
            String faceId = faceId(face);
            var place = new Place(record.partition(), faceId);
            if (face.getOperation() == Operation.RETRACT) {
                faces.remove(place);
            } else {
                face.setFaceId(faceId);
                faces.put(place, face);
            }
        }
    }

    /** Forgets what is known so far. */
    public void clear() {
        faces.clear();
    }

    /** The faces, each with its face_id and once, however many tasks have it. */
    public List<LabeledFace> faces() {
        Map<String, LabeledFace> distinct = new LinkedHashMap<>();
        faces.forEach((place, face) -> distinct.put(place.faceId(), face));
        return List.copyOf(distinct.values());
    }

    /** A face by its name. */
    public Optional<LabeledFace> find(String faceId) {
        return faces().stream().filter(face -> face.getFaceId().equals(faceId)).findFirst();
    }

    /** A face as another identity's, as it goes on the wire. */
    public byte[] encode(LabeledFace face, String as) {
        return codec.encode(LabeledFace.newBuilder(face).setIdentity(as).build());
    }

    /** Null for what cannot be read or names no face: the sampler has refused it, too. */
    private @Nullable LabeledFace decode(byte[] value) {
        try {
            var face = (LabeledFace) codec.decode(value);
            face.setIdentity(NameRule.IDENTITY.normalise(face.getIdentity()));
            face.setFaceId(NameRule.FACE_ID.normalise(face.getFaceId()));
            return face;
        } catch (UndecodableRecordException | InvalidNameException | ClassCastException e) {
            return null;
        }
    }

    private static String faceId(LabeledFace face) {
        if (!face.getFaceId().isEmpty()) {
            return face.getFaceId();
        }
        byte[] image = new byte[face.getImage().remaining()];
        face.getImage().duplicate().get(image);
        return FaceIds.contentHash(image);
    }
}
