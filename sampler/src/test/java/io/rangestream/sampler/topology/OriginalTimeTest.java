package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.sampler.internal.buffer.IdentityStatistics;
import io.rangestream.schemas.wire.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginalTimeTest {
    private final OriginalTime extractor = new OriginalTime();

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1_420_070_400_000L, 4_102_444_800_000L, Long.MAX_VALUE})
    void aRecordIsTakenUpNowAndKeepsItsOwnTime(long own) {
        var record = record(own, new RecordHeaders());
        long began = System.currentTimeMillis();

        long stamped = extractor.extract(record, -1);

        assertTrue(stamped >= began && stamped <= System.currentTimeMillis());
        assertEquals(own, OriginalTime.of(record.headers()));
    }

    @Test
    void aReplayedRecordKeepsTheTimeThatItsHeaderSays() {
        var record = record(5_000, new RecordHeaders().add(DeadLetterHeaders.TIMESTAMP, OriginalTime.text(1_000)));
        extractor.extract(record, -1);
        assertEquals(1_000, OriginalTime.of(record.headers()));
    }

    @Test
    void aHeaderThatIsNoTimeDoesNotCount() {
        for (byte[] foreign : new byte[][] {null, {}, {-1}, "99999999999999999999".getBytes(StandardCharsets.UTF_8)}) {
            var record = record(5_000, new RecordHeaders().add(DeadLetterHeaders.TIMESTAMP, foreign));
            extractor.extract(record, -1);
            assertEquals(5_000, OriginalTime.of(record.headers()));
        }
    }

    @Test
    void anUnknownTimeIsNotTakenFor1970() {
        try (var sampler = new SamplerHarness(Faces.config())) {
            send(sampler, "0", OriginalTime.UNKNOWN);
            assertEquals(Optional.empty(), ann(sampler).firstAt());
            assertEquals(Optional.empty(), ann(sampler).lastAt());

            send(sampler, "1", 2_000);
            send(sampler, "2", OriginalTime.UNKNOWN);
            send(sampler, "3", Long.MAX_VALUE);

            assertEquals(Optional.of(Instant.ofEpochMilli(2_000)), ann(sampler).firstAt());
            assertEquals(
                    Optional.of(Instant.ofEpochMilli(Long.MAX_VALUE)),
                    ann(sampler).lastAt());
            assertEquals(4, ann(sampler).seen());
        }
    }

    private static void send(SamplerHarness sampler, String faceId, long time) {
        sampler.send(
                "ann".getBytes(StandardCharsets.UTF_8),
                Faces.CODEC.encode(Faces.face("ann", faceId)),
                new RecordHeaders().add(DeadLetterHeaders.TIMESTAMP, OriginalTime.text(time)));
    }

    private static IdentityStatistics ann(SamplerHarness sampler) {
        return IdentityStatistics.read(
                sampler.disk.get(SamplerTopology.INDEX_STORE).get(Bytes.wrap("ann".getBytes(StandardCharsets.UTF_8))));
    }

    private static ConsumerRecord<Object, Object> record(long timestamp, Headers headers) {
        return new ConsumerRecord<>(
                "faces", 0, 0L, timestamp, TimestampType.CREATE_TIME, 0, 0, "k", "v", headers, Optional.empty());
    }
}
