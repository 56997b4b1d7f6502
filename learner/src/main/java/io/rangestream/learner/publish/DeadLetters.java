package io.rangestream.learner.publish;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.learner.batch.LeftOutFace;
import io.rangestream.schemas.image.InvalidImageException;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.DeadLetterHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters of faces that the learner cannot decode. They hold no image, as the buffers have it, and say that they are not whole, so that
 * a replay leaves them out.
 */
public final class DeadLetters {
    private DeadLetters() {}

    /** The letter of a face, for {@code faces-rejected}. */
    public static ProducerRecord<String, @Nullable SpecificRecord> of(LeftOutFace face, TopicCatalogue topics) {
        LabeledFace value = LabeledFace.newBuilder()
                .setIdentity(face.identity())
                .setFaceId(face.faceId())
                .setImage(ByteBuffer.allocate(0))
                .setEncoding(Encoding.JPEG)
                .build();
        var letter =
                new ProducerRecord<String, @Nullable SpecificRecord>(topics.facesRejected(), face.identity(), value);
        boolean heldOut = face.offset() < 0;
        header(letter, DeadLetterHeaders.EXCEPTION, InvalidImageException.class.getName());
        header(letter, DeadLetterHeaders.MESSAGE, "the learner leaves it out: " + face.reason());
        header(letter, DeadLetterHeaders.TOPIC, heldOut ? topics.facesHoldout() : topics.batches());
        header(letter, DeadLetterHeaders.PARTITION, "0");
        header(letter, DeadLetterHeaders.OFFSET, heldOut ? "" : Long.toString(face.offset()));
        header(letter, DeadLetterHeaders.FULL_BYTES, Integer.toString(face.bytes()));
        header(letter, DeadLetterHeaders.FACE_ID, face.faceId());
        return letter;
    }

    private static void header(ProducerRecord<?, ?> letter, String name, String value) {
        letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
