package io.rangestream.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.signature.TrustedKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServingSlotTest {
    private static final ClientConfig CONFIG = new ClientConfig(
            Duration.ofSeconds(1), 0, 1, 1_000_000, TrustedKeys.anyone(), Optional.empty(), 1 << 20, Duration.ZERO);

    private final ServingSlot slot = new ServingSlot();
    private final List<Long> closed = new ArrayList<>();

    @Test
    void aVersionIsClosedWhenItIsExchangedAndNobodyUsesIt() {
        slot.swap(model(1));
        assertEquals(List.of(), closed);

        slot.swap(model(2));

        assertEquals(List.of(1L), closed);
        assertEquals(2, slot.current().orElseThrow().version());
    }

    @Test
    void aVersionInUseIsClosedAfterItsLastUse() {
        slot.swap(model(1));

        slot.use(outer -> slot.use(inner -> {
            slot.swap(model(2));
            assertEquals(List.of(), closed);
            assertEquals(TinyOnnx.DIM, inner.embed(List.<byte[]>of(new byte[TinyOnnx.INPUTS])).length);
            return slot.use(next -> {
                assertEquals(2, next.version().version());
                return true;
            });
        }));

        assertEquals(List.of(1L), closed);
    }

    @Test
    void aUseThatFailsIsOverToo() {
        slot.swap(model(1));

        assertThrows(
                IllegalArgumentException.class, () -> slot.use(model -> model.embed(List.<byte[]>of(new byte[1]))));
        slot.close();

        assertEquals(List.of(1L), closed);
    }

    @Test
    void aVersionThatComesAfterTheEndIsClosedAtOnce() throws Exception {
        slot.close();

        assertFalse(slot.swap(model(1)));

        assertEquals(List.of(1L), closed);
        assertEquals(Optional.empty(), slot.await(version -> true, Duration.ofMinutes(1)));
    }

    @Test
    void waitingEndsWithTheVersionThatWasWaitedFor() throws Exception {
        slot.swap(model(1));
        var swap = new Thread(() -> {
            slot.swap(model(2));
            slot.swap(model(3));
        });
        swap.start();

        assertEquals(
                3,
                slot.await(version -> version >= 3, Duration.ofSeconds(5))
                        .orElseThrow()
                        .version());
        assertTrue(slot.await(version -> version >= 4, Duration.ofMillis(20)).isEmpty());
        swap.join();
        slot.close();
    }

    private ServedModel model(long version) {
        byte[] onnx = TinyOnnx.constant(0);
        try (Spool artifact = Spool.temporary()) {
            artifact.append(ByteBuffer.wrap(onnx));
            return ServedModel.open(
                    Publication.version(version, onnx, 1, 0), artifact, CONFIG, () -> closed.add(version));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
