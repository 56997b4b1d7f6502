package io.rangestream.learner.batch;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.schemas.image.CropDecoder;
import io.rangestream.schemas.image.InvalidImageException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Decodes and augments batches on a thread of its own, ahead of training. Augmentation draws from (seed, task, sequence,
 * index) alone, so that a batch that is prepared again is the same; offsets would not do, since the transaction markers
 * between them fall differently in every run.
 */
public final class BatchPreparer implements AutoCloseable {
    private final int size;
    private final long seed;
    private final CropCache cache;
    private final CropDecoder decoder;
    private final Augmentation augmentation;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        var t = new Thread(work, "rangestream-decoder");
        t.setDaemon(true);
        return t;
    });
    private final Deque<float[]> pool = new ArrayDeque<>();

    /**
     * @param size side of the network's input, pixels
     * @param maxPixels larger images are left out
     */
    public BatchPreparer(int size, long maxPixels, long seed, CropCache cache, AugmentationSettings augmentation) {
        this.size = size;
        this.seed = seed;
        this.cache = cache;
        this.decoder = new CropDecoder(size, maxPixels);
        this.augmentation = new Augmentation(size, augmentation);
    }

    /** Begins to prepare a batch. */
    public Future<PreparedBatch> prepare(TrainingBatch batch) {
        return thread.submit(() -> prepareNow(batch));
    }

    /** Decodes a face for evaluation, uncached; waits for batches in preparation. */
    public Future<byte[]> decode(ByteBuffer image, Encoding encoding, int width, int height) {
        return thread.submit(() -> decoder.decode(bytes(image), encoding, width, height));
    }

    /** Gives a batch's array back for the next one. */
    public void release(PreparedBatch batch) {
        synchronized (pool) {
            pool.addLast(batch.crops());
        }
    }

    /** Writes a decoded crop into network input, as evaluation wants it. */
    public static void write(byte[] crop, float[] to, int at) {
        Augmentation.writePlain(crop, to, at);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (thread.awaitTermination(1, TimeUnit.SECONDS)) {
                decoder.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private PreparedBatch prepareNow(TrainingBatch batch) {
        int cropLength = 3 * size * size;
        float[] crops = array(batch.getFaces().size() * cropLength);
        var identities = new ArrayList<String>(batch.getFaces().size());
        var leftOut = new ArrayList<LeftOutFace>();
        var pictures = new ArrayList<Picture>(batch.getFaces().size());
        var batchRandom = new SplittableRandom(seed ^ mix(batch.getTask().hashCode(), batch.getSequence()));
        for (BatchFace face : batch.getFaces()) {
            SplittableRandom random = batchRandom.split();
            try {
                byte[] crop = crop(face);
                augmentation.write(crop, random, crops, identities.size() * cropLength);
                identities.add(face.getIdentity());
                pictures.add(Picture.of(face, crop, size, batch.getTask()));
            } catch (InvalidImageException e) {
                leftOut.add(new LeftOutFace(
                        face.getIdentity(),
                        face.getFaceId(),
                        face.getImage().remaining(),
                        String.valueOf(e.getMessage()),
                        -1));
            }
        }
        return new PreparedBatch(batch, crops, identities, pictures, List.copyOf(leftOut));
    }

    private byte[] crop(BatchFace face) {
        byte[] cached = cache.get(face.getIdentity(), face.getFaceId(), face.getImage());
        if (cached != null) {
            return cached;
        }
        byte[] crop = decoder.decode(bytes(face.getImage()), face.getEncoding(), face.getWidth(), face.getHeight());
        cache.put(face.getIdentity(), face.getFaceId(), face.getImage(), crop);
        return crop;
    }

    private float[] array(int length) {
        synchronized (pool) {
            float[] pooled = pool.pollFirst();
            if (pooled != null && pooled.length >= length) {
                return pooled;
            }
        }
        return new float[length];
    }

    private static byte[] bytes(ByteBuffer image) {
        var bytes = new byte[image.remaining()];
        image.duplicate().get(bytes);
        return bytes;
    }

    private static long mix(long task, long sequence) {
        long z = task * 0x9E3779B97F4A7C15L + sequence;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
