package io.rangestream.app.correction;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.Operation;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.topology.FacesChangelog;
import io.rangestream.sampler.topology.SamplerTopology;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.image.FaceIds;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The faces of one identity, wherever they are: in the buffers, by their changelog; in the holdout; and in the faces topic,
 * for its retention. The topic has the last word, since the sampler may not have come to its end. Not thread-safe.
 */
public final class KnownFaces {
    private final String identity;
    private final byte[] key;
    private final RecordCodec codec;
    /** By face_id. */
    private final Map<Place<String>, LabeledFace> faces = new LinkedHashMap<>();

    /** A key within the task of one faces partition: tasks do not know of each other, and an order reaches one alone. */
    private record Place<K>(int partition, K key) {}

    public KnownFaces(String identity, SchemaSource schemas) {
        this.identity = identity;
        this.key = identity.getBytes(StandardCharsets.UTF_8);
        this.codec = new RecordCodec(List.of(LabeledFace.getClassSchema(), BatchFace.getClassSchema()), schemas);
    }

    /** Reads what the sampler keeps, as far as it has come. */
    public void readKept(CommonConfig common, SamplerConfig config) {
        Map<Place<ByteBuffer>, LabeledFace> kept = new LinkedHashMap<>();
        try (var scan = new TopicScan(common, FacesChangelog.topic(common, config))) {
            scan.read(scan.ends(), record -> {
                if (FacesChangelog.isOf(identity, record.key())) {
                    put(kept, record, record.partition());
                }
            });
        }
        byte[] prefix = (identity + "/").getBytes(StandardCharsets.UTF_8);
        try (var scan = new TopicScan(common, common.topics().facesHoldout())) {
            scan.read(scan.ends(), record -> {
                if (Arrays.mismatch(prefix, record.key()) == prefix.length) {
                    put(kept, record, partitionOf(record.headers().lastHeader(SamplerTopology.HEADER_TASK)));
                }
            });
        }
        kept.forEach((place, face) -> faces.put(new Place<>(place.partition(), face.getFaceId()), face));
    }

    /** Takes in the next record of the faces topic; to be called in their order. */
    public void arrived(ConsumerRecord<byte[], byte[]> record) {
        if (!Arrays.equals(record.key(), key)) {
            return;
        }
        if (record.value() == null) {
            faces.keySet().removeIf(place -> place.partition() == record.partition());
            return;
        }
        LabeledFace face = decode(record.value());
        if (face != null && face.getIdentity().equals(identity)) {
            String faceId = faceId(face);
            var place = new Place<>(record.partition(), faceId);
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
        faces.forEach((place, face) -> distinct.put(place.key(), face));
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

    private void put(Map<Place<ByteBuffer>, LabeledFace> kept, ConsumerRecord<byte[], byte[]> record, int partition) {
        var place = new Place<>(partition, ByteBuffer.wrap(record.key()));
        LabeledFace face = record.value() == null ? null : decode(record.value());
        if (face == null) {
            kept.remove(place);
        } else {
            kept.put(place, face);
        }
    }

    /** Null for what cannot be read: the sampler has refused it, too. */
    private @Nullable LabeledFace decode(byte[] value) {
        try {
            SpecificRecord record = codec.decode(value);
            return record instanceof BatchFace stored ? labelled(stored) : (LabeledFace) record;
        } catch (UndecodableRecordException e) {
            return null;
        }
    }

    /** The buffers keep what training needs; where a face came from is known to the faces topic alone. */
    private static LabeledFace labelled(BatchFace stored) {
        return LabeledFace.newBuilder()
                .setIdentity(stored.getIdentity())
                .setFaceId(stored.getFaceId())
                .setImage(stored.getImage())
                .setEncoding(stored.getEncoding())
                .setWidth(stored.getWidth())
                .setHeight(stored.getHeight())
                .build();
    }

    private static String faceId(LabeledFace face) {
        if (!face.getFaceId().isEmpty()) {
            return face.getFaceId();
        }
        byte[] image = new byte[face.getImage().remaining()];
        face.getImage().duplicate().get(image);
        return FaceIds.contentHash(image);
    }

    private static int partitionOf(@Nullable Header task) {
        return task == null ? -1 : ErasureWatch.partition(new String(task.value(), StandardCharsets.UTF_8));
    }
}
