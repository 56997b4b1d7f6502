package io.rangestream.client;

import io.rangestream.avro.Encoding;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.image.ImageHeader;
import io.rangestream.schemas.image.InvalidImageException;
import io.rangestream.schemas.wire.SchemaTopic;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Embeds faces with the promoted version of the model, whichever that is at the moment: a thread follows {@code
 * model-updates}, fetches and verifies what is promoted, and exchanges it while others embed. A version that cannot be had
 * or opened changes nothing.
 *
 * <p>Thread-safe. Until the first version serves, and after {@link #close}, embedding throws {@link
 * IllegalStateException}; an image that cannot be read throws {@link InvalidImageException}.
 */
public final class ModelFollower implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(4);
    private static final Duration STOP_INTERRUPTED = Duration.ofSeconds(2);

    private final ServingSlot slot = new ServingSlot();
    private final List<ModelListener> listeners = new CopyOnWriteArrayList<>();
    private final Activity activity = new Activity();
    private final EmbeddingCache cache;
    private final Freshness freshness;
    private final UpdateLoop loop;
    private final Thread thread;
    private final AutoCloseable schemas;

    ModelFollower(
            Supplier<ModelLog> updates,
            ArtifactFetcher fetcher,
            AutoCloseable schemas,
            ClientConfig config,
            ModelListener... listeners) {
        this.schemas = schemas;
        this.listeners.add(activity);
        this.listeners.addAll(List.of(listeners));
        this.cache = new EmbeddingCache(config.cacheBytes());
        this.freshness = new Freshness(config.maxAge(), Clock.systemUTC());
        this.loop = new UpdateLoop(
                updates,
                fetcher,
                slot,
                (version, artifact) -> ServedModel.open(version, artifact, config, () -> cache.drop(version)),
                this.listeners,
                config.fetchTimeout(),
                freshness);
        this.thread = new Thread(loop, "model-follower");
        thread.setDaemon(true);
    }

    /**
     * Starts to follow the model that the settings name.
     *
     * @param listeners are told of the first version, too
     * @throws ConfigurationException if a setting does not fit
     */
    public static ModelFollower start(Settings settings, ModelListener... listeners) {
        return start(CommonConfig.from(settings), ClientConfig.from(settings), listeners);
    }

    /**
     * Starts to follow a model, in a thread of its own. Neither the broker nor the topics need be there yet, nor need the broker's name be known:
     * what fails is tried again with growing pauses, and {@link #failure} tells it meanwhile.
     *
     * @param listeners are told of the first version, too
     * @throws ConfigurationException if a setting does not fit
     */
    public static ModelFollower start(CommonConfig common, ClientConfig config, ModelListener... listeners) {
        var schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
        var follower = new ModelFollower(
                () -> ModelLog.open(common, schemas, config.trusted()),
                ArtifactFetcher.readingAhead(common, schemas, config),
                schemas,
                config,
                listeners);
        follower.start();
        return follower;
    }

    void start() {
        thread.start();
    }

    /** Adds a listener; it is told of what happens from now on. */
    public void addListener(ModelListener listener) {
        listeners.add(listener);
    }

    /** The version that serves. */
    public Optional<ModelVersion> current() {
        return slot.current();
    }

    /**
     * Why the version that serves may not be the newest, in one line: the broker cannot be reached, the promoted version cannot be served, updates are
     * missing, or the learner has not been heard for longer than {@link ClientConfig#maxAge}. Empty while all is well. What serves goes on serving, and
     * what may pass is tried again.
     */
    public Optional<String> failure() {
        return loop.failure();
    }

    /** Waits for the first version; empty if none serves within {@code timeout}. */
    public Optional<ModelVersion> awaitVersion(Duration timeout) throws InterruptedException {
        return slot.await(version -> true, timeout);
    }

    /** Waits until this version serves, or one after it; empty if neither does within {@code timeout}. */
    public Optional<ModelVersion> awaitVersion(long atLeast, Duration timeout) throws InterruptedException {
        return slot.await(version -> version >= atLeast, timeout);
    }

    /**
     * The embedding of a JPEG, PNG or BMP image.
     *
     * @return {@code [dim]}, of Euclidean length 1; the caller's to keep
     */
    public float[] embed(byte[] image) {
        return embed(image, ImageHeader.encodingOf(image), 0, 0);
    }

    /**
     * The embedding of an image.
     *
     * @param width for RAW_RGB, pixels; otherwise ignored
     * @param height for RAW_RGB, pixels; otherwise ignored
     * @return {@code [dim]}, of Euclidean length 1; the caller's to keep
     */
    public float[] embed(byte[] image, Encoding encoding, int width, int height) {
        return use(model -> embed(model, image, encoding, width, height));
    }

    /**
     * The embeddings of crops that are decoded already, past the cache.
     *
     * @param crops planar 8-bit RGB in the size of the version that serves, {@code [3, height, width]} each
     * @return {@code [crops, dim]}, row by row, all by the same version
     * @throws IllegalArgumentException if a crop is of another size
     */
    public float[] embedCrops(List<byte[]> crops) {
        return use(model -> model.embed(crops));
    }

    /** Cosine similarity, -1 … 1, of two JPEG, PNG or BMP images, both embedded by the same version. */
    public double similarity(byte[] a, byte[] b) {
        return use(model -> similarity(model, a, b));
    }

    /**
     * Cosine similarity, -1 … 1, of two embeddings; 0 if one of them has no length. Only embeddings of one embedding space
     * can be compared.
     *
     * @throws IllegalArgumentException if they differ in dimension
     */
    public static double similarity(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException(
                    "embeddings of %d and %d values cannot be compared".formatted(a.length, b.length));
        }
        double dot = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            squaresA += (double) a[i] * a[i];
            squaresB += (double) b[i] * b[i];
        }
        double lengths = Math.sqrt(squaresA * squaresB);
        return lengths == 0 ? 0 : Math.max(-1, Math.min(1, dot / lengths));
    }

    /**
     * Whether two JPEG, PNG or BMP images show one person, at the threshold that the version recommends.
     *
     * @throws IllegalStateException if the version recommends none
     */
    public Verification verify(byte[] a, byte[] b) {
        return use(model -> {
            double threshold = model.version()
                    .threshold()
                    .orElseThrow(() ->
                            new IllegalStateException("version %s recommends no threshold".formatted(model.version())));
            double similarity = similarity(model, a, b);
            return new Verification(similarity >= threshold, similarity, threshold, model.version());
        });
    }

    /** Stops following, within seconds; what is being embedded finishes. Closing again changes nothing. */
    @Override
    public void close() {
        loop.stop();
        boolean interrupted = false;
        try {
            // A listener that closes is on that thread itself.
            if (Thread.currentThread() != thread) {
                thread.join(STOP.toMillis());
                if (thread.isAlive()) {
                    thread.interrupt();
                    thread.join(STOP_INTERRUPTED.toMillis());
                }
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            slot.close();
            try {
                closeSchemas();
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private void closeSchemas() {
        try {
            schemas.close();
        } catch (Exception e) {
            throw new IllegalStateException("cannot be closed: " + e.getMessage(), e);
        }
    }

    /** Hits of the cache of embeddings so far. */
    long cacheHits() {
        return cache.hits();
    }

    long cacheMisses() {
        return cache.misses();
    }

    Freshness freshness() {
        return freshness;
    }

    Activity activity() {
        return activity;
    }

    private <T> T use(Function<ServedModel, T> call) {
        long start = System.nanoTime();
        T result = slot.use(call);
        activity.embedded(start);
        return result;
    }

    private double similarity(ServedModel model, byte[] a, byte[] b) {
        return similarity(
                embed(model, a, ImageHeader.encodingOf(a), 0, 0), embed(model, b, ImageHeader.encodingOf(b), 0, 0));
    }

    private float[] embed(ServedModel model, byte[] image, Encoding encoding, int width, int height) {
        var key = EmbeddingCache.Key.of(image, encoding, width, height, model.version());
        return cache.get(key, () -> model.embed(image, encoding, width, height));
    }
}
