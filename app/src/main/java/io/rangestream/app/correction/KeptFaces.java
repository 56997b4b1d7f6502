package io.rangestream.app.correction;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.LabeledFace;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.topology.Changelogs;
import io.rangestream.sampler.topology.SamplerTopology;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.identity.InvalidNameException;
import io.rangestream.schemas.identity.NameRule;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** The faces that the sampler keeps of one identity: in the buffers, by their changelog, and in the holdout. */
public final class KeptFaces {
    private final String identity;
    private final RecordCodec codec;
    private final Map<Place, Kept> kept = new LinkedHashMap<>();

    /**
     * A face.
     *
     * @param partition the faces partition whose task has it; -1 if the holdout does not say
     * @param heldOut whether it is in the holdout, otherwise in the buffers
     * @param face the face; from the buffers without what training does not need
     */
    public record Kept(int partition, boolean heldOut, LabeledFace face) {}

    /** A slot of a buffer, or a key of the holdout: tasks do not know of each other. */
    private record Place(int partition, boolean heldOut, ByteBuffer key) {}

    private KeptFaces(String identity, RecordCodec codec) {
        this.identity = identity;
        this.codec = codec;
    }

    /**
     * Reads both topics to their present ends.
     *
     * @param identity normalised
     * @param codec of LabeledFace and BatchFace
     */
    public static List<Kept> read(CommonConfig common, SamplerConfig config, String identity, RecordCodec codec) {
        var faces = new KeptFaces(identity, codec);
        try (var scan = new TopicScan(common, Changelogs.faces(common, config))) {
            scan.read(scan.ends(), record -> {
                if (isOf(identity, Changelogs.identityOfFace(record.key()))) {
                    faces.put(record, record.partition(), false);
                }
            });
        }
        try (var scan = new TopicScan(common, common.topics().facesHoldout())) {
            scan.read(scan.ends(), record -> {
                if (isOf(identity, identityOfHoldout(record.key()))) {
                    faces.put(record, partitionOf(record.headers().lastHeader(SamplerTopology.HEADER_TASK)), true);
                }
            });
        }
        return List.copyOf(faces.kept.values());
    }

    /** Whether a name as it was written is an identity's. */
    static boolean isOf(String identity, byte @Nullable [] name) {
        try {
            return name != null && NameRule.IDENTITY.normalise(name).equals(identity);
        } catch (InvalidNameException e) {
            return false;
        }
    }

    /** The identity in a key of the holdout, identity/face_id; null if it is no such key. */
    static byte @Nullable [] identityOfHoldout(byte @Nullable [] key) {
        if (key == null) {
            return null;
        }
        int slash = 0;
        while (slash < key.length && key[slash] != '/') {
            slash++;
        }
        return slash == key.length ? null : Arrays.copyOf(key, slash);
    }

    private void put(ConsumerRecord<byte[], byte[]> record, int partition, boolean heldOut) {
        var place = new Place(partition, heldOut, ByteBuffer.wrap(record.key()));
        LabeledFace face = record.value() == null ? null : decode(record.value());
        if (face == null) {
            kept.remove(place);
        } else {
            kept.put(place, new Kept(partition, heldOut, face));
        }
    }

    /** Null for what cannot be read: the sampler did not write it. */
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

    private static int partitionOf(@Nullable Header task) {
        return task == null ? -1 : ErasureWatch.partition(new String(task.value(), StandardCharsets.UTF_8));
    }
}
