package io.rangestream.sampler.internal.buffer;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.buffer.IdentityIndex.Admission;
import io.rangestream.sampler.internal.buffer.IdentityIndex.Outcome;
import io.rangestream.sampler.internal.draw.CropDraw;
import io.rangestream.sampler.internal.draw.DrawRandom;
import io.rangestream.sampler.internal.draw.DrawableIdentities;
import io.rangestream.sampler.internal.draw.IdentityDraw;
import io.rangestream.sampler.internal.draw.SlotShares;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The faces kept for training, of one task. Two stores: the index, one record per identity, and the faces, one key per
 * (identity, slot); and a record with where the draw stands. What is in memory beside them is rebuilt from them. Not thread-safe.
 */
public final class FaceBuffers {
    private final KeyValueStore<Bytes, byte[]> index;
    private final KeyValueStore<Bytes, byte[]> faces;
    private final SamplerConfig config;
    private final EvictionPolicy policy;
    private final KeyValueStore<Bytes, byte[]> task;
    private final DrawableIdentities drawable;
    private final IdentityDraw draw;
    private final KeptHistogram sizes = new KeptHistogram();
    /** Turns given so far to those who wait for their first batch. */
    private long turns;

    /** Reads the whole index once. */
    public FaceBuffers(
            KeyValueStore<Bytes, byte[]> index,
            KeyValueStore<Bytes, byte[]> faces,
            KeyValueStore<Bytes, byte[]> task,
            SamplerConfig config) {
        this.index = index;
        this.faces = faces;
        this.task = task;
        this.config = config;
        this.policy = EvictionPolicy.of(config);
        this.drawable = new DrawableIdentities(config.facesToBeDrawn(), config.drawTau());
        restore();
        DrawRecord stored = DrawRecord.load(task);
        this.turns = stored.turns();
        this.draw = new IdentityDraw(
                drawable,
                SlotShares.of(config.batchIdentities(), config.coverageShare(), config.newcomerShare()),
                stored.position());
    }

    private void restore() {
        SortedMap<Long, Integer> waiting = new TreeMap<>();
        try (KeyValueIterator<Bytes, byte[]> all = index.all()) {
            while (all.hasNext()) {
                KeyValue<Bytes, byte[]> entry = all.next();
                IdentityHeader identity = IdentityHeader.read(ByteBuffer.wrap(entry.value));
                drawable.restore(identity.ordinal(), entry.key.get(), identity.kept());
                sizes.moved(0, identity.kept());
                if (identity.hasTurn() && drawable.isEnough(identity.kept())) {
                    waiting.put(identity.turn(), identity.ordinal());
                }
            }
        }
        waiting.values().forEach(drawable::awaitFirstBatch);
    }

    /**
     * Takes in a face.
     *
     * @param rank the face's rank
     * @param timestamp of the face, epoch milliseconds, -1 if it is unknown
     * @param face what to store; asked for only if the face is kept
     */
    public Outcome add(String identity, long rank, long timestamp, Supplier<byte[]> face) {
        Bytes name = name(identity);
        IdentityIndex known = find(name);
        IdentityIndex entry = known != null ? known : IdentityIndex.empty(drawable.register(name.get()));
        int before = entry.kept();
        Admission admission = entry.admit(rank, timestamp, policy, config.bufferCapacity(), config.bufferRemembered());
        if (admission.outcome() == Outcome.DUPLICATE) {
            return Outcome.DUPLICATE;
        }
        if (admission.outcome() == Outcome.KEPT) {
            faces.put(faceKey(name, admission.slot()), face.get());
            drawable.keptChanged(entry.ordinal(), before, entry.kept());
            sizes.moved(before, entry.kept());
            awaitFirstBatch(entry, before);
        }
        index.put(name, entry.encode());
        return admission.outcome();
    }

    /** Takes a face out of the buffer, so that it is new when it is sent again. */
    public Retraction retract(String identity, long rank) {
        Bytes name = name(identity);
        IdentityIndex entry = find(name);
        if (entry == null) {
            return Retraction.NOTHING;
        }
        int before = entry.kept();
        boolean remembered = entry.remembers(rank);
        int slot = entry.retract(rank);
        if (slot >= 0) {
            faces.delete(faceKey(name, slot));
            drawable.keptChanged(entry.ordinal(), before, entry.kept());
            sizes.moved(before, entry.kept());
        }
        index.put(name, entry.encode());
        return slot >= 0 ? Retraction.BUFFERED : remembered ? Retraction.LEFT : Retraction.NOTHING;
    }

    /** Leaves nothing of an identity, and says how many faces there were. */
    public int erase(String identity) {
        Bytes name = name(identity);
        IdentityIndex entry = find(name);
        if (entry == null) {
            return 0;
        }
        for (int i = 0; i < entry.kept(); i++) {
            faces.delete(faceKey(name, entry.slot(i)));
        }
        index.delete(name);
        drawable.release(entry.ordinal(), entry.kept());
        sizes.moved(entry.kept(), 0);
        return entry.kept();
    }

    /**
     * Draws the faces of a batch, those of one identity side by side.
     *
     * @return P x K faces as they were stored
     */
    public List<byte[]> draw(DrawRandom random) {
        List<byte[]> drawn = new ArrayList<>(config.cropsPerBatch());
        for (int ordinal : draw.draw(random)) {
            Bytes name = Bytes.wrap(drawable.name(ordinal));
            IdentityIndex entry = find(name);
            if (entry == null) {
                throw new IllegalStateException("the index lacks the identity of ordinal " + ordinal);
            }
            for (int position : CropDraw.draw(entry.kept(), config.samplesPerIdentity(), random)) {
                byte[] face = faces.get(faceKey(name, entry.slot(position)));
                if (face == null) {
                    throw new IllegalStateException("the store lacks a face of the identity of ordinal " + ordinal);
                }
                drawn.add(face);
            }
            if (!entry.hasAppeared()) {
                entry.appear();
                index.put(name, entry.encode());
            }
        }
        saveDraw();
        return drawn;
    }

    /** Queues an identity that has just got enough faces, unless it was in a batch before. */
    private void awaitFirstBatch(IdentityIndex entry, int before) {
        if (!entry.hasAppeared() && drawable.isEnough(entry.kept()) && !drawable.isEnough(before)) {
            entry.await(++turns);
            drawable.awaitFirstBatch(entry.ordinal());
            saveDraw();
        }
    }

    private void saveDraw() {
        new DrawRecord(draw.position(), turns).save(task);
    }

    /** How full the buffers are; for any thread. */
    public KeptHistogram sizes() {
        return sizes;
    }

    /** Who is there to be drawn. */
    public DrawableIdentities drawable() {
        return drawable;
    }

    private @Nullable IdentityIndex find(Bytes name) {
        byte[] stored = index.get(name);
        return stored == null ? null : IdentityIndex.decode(stored);
    }

    private static Bytes name(String identity) {
        return Bytes.wrap(identity.getBytes(StandardCharsets.UTF_8));
    }

    /** The identity, UTF-8, in a key of the faces store. */
    public static byte[] identity(byte[] key) {
        return Arrays.copyOfRange(key, Short.BYTES, key.length - Short.BYTES);
    }

    private static Bytes faceKey(Bytes name, int slot) {
        byte[] utf8 = name.get();
        return Bytes.wrap(ByteBuffer.allocate(2 * Short.BYTES + utf8.length)
                .putShort((short) utf8.length)
                .put(utf8)
                .putShort((short) slot)
                .array());
    }
}
