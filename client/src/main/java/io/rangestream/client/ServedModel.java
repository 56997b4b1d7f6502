package io.rangestream.client;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.Network;
import io.rangestream.schemas.image.CropDecoder;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open version, counted by its users: native memory must outlive the last embedding that runs, and no longer. It begins
 * with one user, the slot that serves it; when the last one lets go it is closed. Thread-safe.
 */
final class ServedModel {
    private static final Logger log = LoggerFactory.getLogger(ServedModel.class);
    private static final double UNIT_LENGTH_TOLERANCE = 1e-2;

    private final ModelVersion version;
    private final OnnxEmbedder embedder;
    private final long maxPixels;
    private final Runnable whenClosed;
    private final ConcurrentLinkedQueue<CropDecoder> idleDecoders = new ConcurrentLinkedQueue<>();
    private int users = 1;

    private ServedModel(ModelVersion version, OnnxEmbedder embedder, long maxPixels, Runnable whenClosed) {
        this.version = version;
        this.embedder = embedder;
        this.maxPixels = maxPixels;
        this.whenClosed = whenClosed;
    }

    /**
     * Opens a version and embeds a test crop with it: a model that gives no numbers must not replace one that does.
     *
     * @param whenClosed called once, after the last use
     * @throws InvalidModelException if the version cannot be served
     */
    static ServedModel open(ModelVersion version, FetchedArtifact artifact, ClientConfig config, Runnable whenClosed) {
        Network network = version.network();
        if (network.getInputWidth() != network.getInputHeight()) {
            throw new InvalidModelException("takes crops of %d x %d; only square ones can be made"
                    .formatted(network.getInputWidth(), network.getInputHeight()));
        }
        requirePreprocessing(version);
        OnnxEmbedder embedder = artifact.open(network, config.threads());
        try {
            tryOut(embedder, network);
        } catch (RuntimeException | Error e) {
            embedder.close();
            throw e;
        }
        return new ServedModel(version, embedder, config.maxPixels(), whenClosed);
    }

    ModelVersion version() {
        return version;
    }

    float[] embed(byte[] image, Encoding encoding, int width, int height) {
        CropDecoder decoder = idleDecoders.poll();
        if (decoder == null) {
            decoder = new CropDecoder(version.network().getInputWidth(), maxPixels);
        }
        byte[] crop;
        try {
            crop = decoder.decode(image, encoding, width, height);
        } finally {
            idleDecoders.add(decoder);
        }
        return embedder.embed(Collections.singletonList(crop));
    }

    float[] embed(List<byte[]> crops) {
        return embedder.embed(crops);
    }

    /** One user more. Only who knows that there still is one may call this. */
    synchronized void retain() {
        if (users == 0) {
            throw new IllegalStateException("version %d is closed".formatted(version.version()));
        }
        users++;
    }

    /** One user less; the last one closes. */
    void release() {
        synchronized (this) {
            if (--users > 0) {
                return;
            }
        }
        embedder.close();
        idleDecoders.forEach(CropDecoder::close);
        whenClosed.run();
    }

    /** Pixels of another kind give wrong embeddings without a word; older kinds differ in rare pictures alone. */
    private static void requirePreprocessing(ModelVersion version) {
        int wanted = version.network().getPreprocessing();
        if (wanted > CropDecoder.PREPROCESSING) {
            throw new InvalidModelException("was trained with preprocessing %d of pictures; this client has %d"
                    .formatted(wanted, CropDecoder.PREPROCESSING));
        }
        if (wanted < CropDecoder.PREPROCESSING) {
            log.warn(
                    "version {} was trained with preprocessing {} of pictures; this client has {}: embeddings of pictures"
                            + " whose pixels differ, such as grey or rotated ones, may be off",
                    version.version(),
                    wanted,
                    CropDecoder.PREPROCESSING);
        }
    }

    private static void tryOut(OnnxEmbedder embedder, Network network) {
        var crop = new byte[embedder.cropBytes()];
        for (int i = 0; i < crop.length; i++) {
            crop[i] = (byte) (i * 37);
        }
        double squares = 0;
        for (float value : embedder.embed(Collections.singletonList(crop))) {
            squares += (double) value * value;
        }
        if (!Double.isFinite(squares)) {
            throw new InvalidModelException("gives embeddings that are not finite");
        }
        if (network.getEmbeddingNorm().equals("L2") && Math.abs(Math.sqrt(squares) - 1) > UNIT_LENGTH_TOLERANCE) {
            throw new InvalidModelException(
                    "gives embeddings of length %.3f instead of 1".formatted(Math.sqrt(squares)));
        }
    }
}
