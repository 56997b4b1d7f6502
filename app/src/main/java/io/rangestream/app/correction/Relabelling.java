package io.rangestream.app.correction;

import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.Operation;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.RegistrySchemas;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.SchemaTopic;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Moves faces from one identity to another: they are sent again under the new label and then taken back under the old one,
 * in this order, so that a relabelling that is cut off before it takes anything back can be repeated. Cut off right after
 * that, it loses the faces that came under the old label between the last look at the topic and the order. Not thread-safe.
 */
public final class Relabelling implements AutoCloseable {
    /** Bounds the chase after a producer that sends the old identity's faces without end. */
    private static final int MOST_PASSES = 5;

    private final SchemaTopic schemas;
    private final FaceOrders orders;
    private final KnownFaces known;
    private final TopicScan faces;
    private final String from;
    private int moved;

    /**
     * Publishes the schema of faces, as a writer has to, and reads what there is of an identity.
     *
     * @param from normalised
     */
    public Relabelling(CommonConfig common, SamplerConfig config, String from) {
        this.from = from;
        SchemaTopic.publish(common.topics().schemas(), common.clientConfig(), List.of(LabeledFace.getClassSchema()));
        schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
        orders = FaceOrders.connect(common);
        known = new KnownFaces(from, RegistrySchemas.with(config.registry(), schemas));
        known.readKept(common, config);
        faces = new TopicScan(common, common.topics().faces());
        faces.read(faces.ends(), known::arrived);
    }

    /** Faces of the old identity that are known and not yet moved. */
    public int faces() {
        return known.faces().size();
    }

    /** Faces that have been sent under the new label so far. */
    public int moved() {
        return moved;
    }

    /** Whether it has this face. */
    public boolean has(String faceId) {
        return known.find(faceId).isPresent();
    }

    /**
     * Moves all faces, those included that arrive meanwhile, and orders the old identity's erasure.
     *
     * @return offset of the erasure's order by faces partition
     */
    public Map<Integer, Long> moveAll(String to) throws InterruptedException {
        // Until a look finds nothing new: what comes between the last look and the order is lost if this process ends
        // there.
        for (int pass = 0; pass < MOST_PASSES && faces() > 0; pass++) {
            send(to);
            faces.read(faces.ends(), known::arrived);
        }
        Map<Integer, Long> erasure = orders.everywhere(from, null);
        faces.read(erasure, known::arrived);
        send(to);
        return erasure;
    }

    /**
     * Moves one face.
     *
     * @return offset of its retraction by faces partition
     */
    public Map<Integer, Long> move(String faceId, String to) throws InterruptedException {
        Optional<LabeledFace> face = known.find(faceId);
        if (face.isPresent()) {
            orders.add(to, List.of(known.encode(face.get(), to)));
            moved++;
        }
        return orders.everywhere(from, retraction(from, faceId));
    }

    /** The record that takes a face back. */
    public static byte[] retraction(String identity, String faceId) {
        return new RecordCodec(List.of(), SchemaSource.NONE)
                .encode(LabeledFace.newBuilder()
                        .setIdentity(identity)
                        .setFaceId(faceId)
                        .setOperation(Operation.RETRACT)
                        .build());
    }

    @Override
    public void close() {
        faces.close();
        orders.close();
        schemas.close();
    }

    private void send(String to) {
        List<byte[]> faces =
                known.faces().stream().map(face -> known.encode(face, to)).toList();
        orders.add(to, faces);
        moved += faces.size();
        known.clear();
    }
}
