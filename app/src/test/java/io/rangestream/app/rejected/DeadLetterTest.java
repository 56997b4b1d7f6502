package io.rangestream.app.rejected;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.schemas.wire.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
    @Test
    void aRefusedRecordHasNoFaceToTakeBackWhateverItsHeadersSay() {
        assertEquals("", letter("t.faces").faceId("t.faces"));
        assertEquals("f1", letter("t.batches").faceId("t.faces"));
    }

    private static DeadLetter letter(String origin) {
        var record = new ConsumerRecord<>("t.faces-rejected", 0, 0L, new byte[] {'a'}, new byte[0]);
        record.headers().add(DeadLetterHeaders.FACE_ID, "f1".getBytes(StandardCharsets.UTF_8));
        record.headers().add(DeadLetterHeaders.TOPIC, origin.getBytes(StandardCharsets.UTF_8));
        return new DeadLetter(record);
    }
}
