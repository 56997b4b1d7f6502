package io.rangestream.app;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Faces 0, 1, 2, … of a few hundred people, sent to two prefixes alike: equal records in equal partitions and order. */
final class NumberedFaces implements AutoCloseable {
    private static final int TICK_MS = 50;
    private static final int RESENT_EVERY = 50;
    private static final RecordCodec CODEC = new RecordCodec(List.of(), SchemaSource.NONE);

    private final int count;
    private final int identities;
    private final List<CommonConfig> to;
    private final KafkaProducer<String, byte[]> producer;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private int next;

    NumberedFaces(int count, int identities, List<CommonConfig> to) {
        this.count = count;
        this.identities = identities;
        this.to = to;
        this.producer =
                new KafkaProducer<>(to.get(0).clientConfig(), new StringSerializer(), new ByteArraySerializer());
    }

    int count() {
        return count;
    }

    static String faceId(int face) {
        return "face-" + face;
    }

    String identity(int face) {
        return "person-" + (face * 7919L) % identities;
    }

    /** Sends so many a second from now on, until {@link #sendRest}. */
    void sendSteadily(int perSecond) {
        int perTick = Math.max(1, perSecond * TICK_MS / 1000);
        clock.scheduleAtFixedRate(
                () -> sendUntil(Math.min(next + perTick, count)), 0, 1000L * perTick / perSecond, MILLISECONDS);
    }

    /** Sends what is left, as fast as it goes. */
    void sendRest() throws InterruptedException {
        clock.shutdown();
        assertTrue(clock.awaitTermination(10, TimeUnit.SECONDS));
        sendUntil(count);
        producer.flush();
        assertNull(failure.get());
    }

    @Override
    public void close() {
        clock.shutdownNow();
        producer.close();
    }

    /** The next faces up to a number; now and then one that was sent before. */
    private void sendUntil(int end) {
        for (; next < end; next++) {
            send(next);
            if (next % RESENT_EVERY == RESENT_EVERY - 1) {
                send(next / 2);
            }
        }
    }

    private void send(int face) {
        byte[] pixels = new byte[10 * 10 * 3];
        new Random(face).nextBytes(pixels);
        byte[] record = CODEC.encode(LabeledFace.newBuilder()
                .setIdentity(identity(face))
                .setFaceId(faceId(face))
                .setEncoding(Encoding.RAW_RGB)
                .setWidth(10)
                .setHeight(10)
                .setImage(ByteBuffer.wrap(pixels))
                .build());
        for (CommonConfig common : to) {
            producer.send(new ProducerRecord<>(common.topics().faces(), identity(face), record), (sent, e) -> {
                if (e != null) {
                    failure.set(e);
                }
            });
        }
    }
}
