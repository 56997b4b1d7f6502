package io.rangestream.app;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** Makes hostile records of good ones: the same ones for the same seed. */
final class Mutations {
    private static final byte[][] NUMBERS = {
        {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F},
        {
            (byte) 0xFE,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            1
        },
        {
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            (byte) 0xFF,
            1
        },
        {1},
        {0}
    };
    private static final List<String> KEYS =
            List.of("", "0_0", "0_1", "0_999", "ann", "ann/1", "/", "face", "face/1", "\uD83D\uDE42", "\u0000");
    private static final int MAX_BYTES = 200_000;

    private final SplittableRandom random;

    Mutations(long seed) {
        random = new SplittableRandom(seed);
    }

    /** A record for the topic, partition 0, made of one of these. */
    ProducerRecord<byte[], byte[]> next(String topic, List<ConsumerRecord<byte[], byte[]>> good) {
        ConsumerRecord<byte[], byte[]> one = good.get(random.nextInt(good.size()));
        byte[] value = one.value();
        for (int times = random.nextInt(3); times >= 0 && value != null; times--) {
            value = changed(value, good.get(random.nextInt(good.size())).value());
        }
        var record = new ProducerRecord<>(topic, 0, key(one.key()), value);
        one.headers().forEach(header -> {
            if (random.nextInt(8) > 0) {
                byte[] text = header.value();
                record.headers()
                        .add(new RecordHeader(
                                header.key(), text != null && random.nextInt(4) == 0 ? changed(text, text) : text));
            }
        });
        return record;
    }

    private byte @Nullable [] key(byte @Nullable [] key) {
        return switch (random.nextInt(10)) {
            case 0 -> null;
            case 1 -> KEYS.get(random.nextInt(KEYS.size())).getBytes(StandardCharsets.UTF_8);
            case 2 -> key == null ? null : changed(key, key);
            default -> key;
        };
    }

    private byte @Nullable [] changed(byte[] bytes, byte @Nullable [] other) {
        int at = bytes.length == 0
                ? 0
                : random.nextInt(Math.min(bytes.length, random.nextInt(2) == 0 ? 64 : bytes.length));
        byte[] changed = Arrays.copyOf(bytes, Math.min(bytes.length, MAX_BYTES));
        at = Math.min(at, changed.length);
        switch (random.nextInt(8)) {
            case 0 -> {
                return Arrays.copyOf(changed, at);
            }
            case 1 -> {
                return joined(changed, new byte[1 + random.nextInt(20)]);
            }
            case 2 -> {
                byte[] number = NUMBERS[random.nextInt(NUMBERS.length)];
                return joined(
                        joined(Arrays.copyOf(changed, at), number), Arrays.copyOfRange(changed, at, changed.length));
            }
            case 3 -> {
                return other == null
                        ? null
                        : joined(
                                Arrays.copyOf(changed, at),
                                Arrays.copyOfRange(
                                        other, Math.min(at, other.length), Math.min(other.length, MAX_BYTES)));
            }
            case 4 -> {
                return random.nextInt(8) == 0 ? null : changed;
            }
            default -> {
                var places = new ArrayList<Integer>();
                for (int flips = random.nextInt(4); flips >= 0 && changed.length > 0; flips--) {
                    places.add(random.nextInt(3) == 0 ? at % changed.length : random.nextInt(changed.length));
                }
                places.forEach(place -> changed[place] = (byte) random.nextInt(256));
                return changed;
            }
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
