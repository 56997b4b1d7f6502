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
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Faces 0, 1, 2, … of a few hundred people, sent to two prefixes alike: equal records in equal partitions and order. At a broker's
 * outage it waits, and loses nothing. On request some people are erased on the way, and nothing of them is sent afterwards.
 */
final class NumberedFaces implements AutoCloseable {
    private static final int TICK_MS = 50;
    private static final int RESENT_EVERY = 50;
    private static final RecordCodec CODEC = new RecordCodec(List.of(), SchemaSource.NONE);

    private final int count;
    private final int identities;
    private final List<CommonConfig> to;
    private final KafkaProducer<String, byte @Nullable []> producer;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final int erased;
    private int next;

    NumberedFaces(int count, int identities, List<CommonConfig> to) {
        this(count, identities, 0, to);
    }

    /** @param erased how many of the people are erased, one after the other, while the second half of the faces is sent */
    NumberedFaces(int count, int identities, int erased, List<CommonConfig> to) {
        this.count = count;
        this.identities = identities;
        this.erased = erased;
        this.to = to;
        Map<String, Object> config = to.get(0).clientConfig();
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE);
        this.producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    int count() {
        return count;
    }

    static String faceId(int face) {
        return "face-" + face;
    }

    String identity(int face) {
        return "person-" + person(face);
    }

    /** Whether nothing of the person may be left at the end. */
    boolean isErased(int face) {
        return person(face) < erased;
    }

    /** Everybody who is erased. */
    List<String> erased() {
        return IntStream.range(0, erased).mapToObj(person -> "person-" + person).toList();
    }

    /** A face of a person who is not erased. */
    int someoneWhoStays() {
        return IntStream.range(0, count)
                .filter(face -> !isErased(face))
                .findFirst()
                .orElseThrow();
    }

    private int person(int face) {
        return (int) ((face * 7919L) % identities);
    }

    /** The face before which a person is erased. */
    private int erasureOf(int person) {
        return count / 2 + (int) ((long) person * count / 2 / Math.max(1, erased));
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
            for (int person = 0; person < erased; person++) {
                if (erasureOf(person) == next) {
                    send("person-" + person, null);
                }
            }
            send(next);
            if (next % RESENT_EVERY == RESENT_EVERY - 1) {
                send(next / 2);
            }
        }
    }

    private void send(int face) {
        if (isErased(face) && next >= erasureOf(person(face))) {
            return;
        }
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
        send(identity(face), record);
    }

    private void send(String identity, byte @Nullable [] value) {
        for (CommonConfig common : to) {
            producer.send(new ProducerRecord<>(common.topics().faces(), identity, value), (sent, e) -> {
                if (e != null) {
                    failure.set(e);
                }
            });
        }
    }
}
