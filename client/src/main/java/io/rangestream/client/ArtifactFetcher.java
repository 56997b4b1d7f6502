package io.rangestream.client;

import io.rangestream.avro.ModelChunk;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.storage.StoreLocation;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the artifact of a version from {@code model-weights} and verifies it: number, size and SHA-256 of the chunks and of
 * the whole. An artifact that its update says lies in a store is read from the store that the configuration names, and from no other. Thread-safe: every fetch has a consumer to itself, without a group, and reads committed records only. One consumer is kept from
 * one fetch to the next.
 */
public final class ArtifactFetcher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ArtifactFetcher.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Supplier<LogReader> readers;
    private final RecordCodec codec;
    private final Duration timeout;
    private final StoredArtifacts stored;
    private final ReadAhead ahead;
    private final Set<LogReader> running = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable LogReader> resting = new AtomicReference<>();
    private volatile boolean closed;

    /**
     * @param timeout how long to wait while nothing of the version comes
     * @param stored closed with this
     * @param ahead closed with this
     */
    ArtifactFetcher(
            Supplier<LogReader> readers,
            SchemaSource schemas,
            Duration timeout,
            StoredArtifacts stored,
            ReadAhead ahead) {
        this.readers = readers;
        this.codec = new RecordCodec(List.of(ModelChunk.getClassSchema()), schemas);
        this.timeout = timeout;
        this.stored = stored;
        this.ahead = ahead;
    }

    /**
     * @param common the broker and the topics
     * @param schemas where schemas of other releases are looked up
     * @param timeout how long to wait for chunks that are not yet visible; chunks and updates are in two partitions, and
     *     one may show a transaction before the other
     * @param claimCheck the store that large artifacts may come from, as {@link ClientConfig} has it; empty to refuse those
     * @throws ConfigurationException if the store's location is none
     */
    public static ArtifactFetcher of(
            CommonConfig common, SchemaSource schemas, Duration timeout, Optional<StoreLocation> claimCheck) {
        return of(common, schemas, timeout, claimCheck, 0);
    }

    /** For who fetches one version after the other, each as soon as it is there. */
    static ArtifactFetcher readingAhead(CommonConfig common, SchemaSource schemas, ClientConfig config) {
        return of(common, schemas, config.fetchTimeout(), config.claimCheck(), config.readAheadBytes());
    }

    private static ArtifactFetcher of(
            CommonConfig common,
            SchemaSource schemas,
            Duration timeout,
            Optional<StoreLocation> claimCheck,
            int readAheadBytes) {
        String topic = common.topics().modelWeights();
        Supplier<LogReader> readers = () -> LogReader.open(common, topic);
        return new ArtifactFetcher(
                readers,
                schemas,
                timeout,
                StoredArtifacts.of(claimCheck, common.topics().prefix()),
                new ReadAhead(() -> LogReader.openUncommitted(common, topic), schemas, common.model(), readAheadBytes));
    }

    /**
     * The artifact's bytes. For a model that memory may not hold twice, there is {@link #fetchTo}.
     *
     * @throws ArtifactException if they cannot be had, or are not what the update describes
     */
    public byte[] fetch(ModelVersion version) {
        try (Spool spool = fetchToSpool(version)) {
            return Files.readAllBytes(spool.file());
        } catch (IOException e) {
            throw unkept(e);
        }
    }

    /**
     * Writes the artifact to a file: the whole of it or, if anything fails, nothing. A file that is there is replaced.
     *
     * @throws ArtifactException if the artifact cannot be had, or is not what the update describes
     * @throws IOException if the file cannot be written
     */
    public void fetchTo(ModelVersion version, Path file) throws IOException {
        Path directory = Optional.ofNullable(file.toAbsolutePath().getParent())
                .orElseThrow(() -> new IOException("%s is not a file name".formatted(file)));
        Path temporary = directory.resolve(".%s.%s.part".formatted(file.getFileName(), UUID.randomUUID()));
        try (Spool spool = Spool.in(temporary)) {
            fetchTo(version, spool);
            spool.moveTo(file);
        }
    }

    /**
     * The artifact, in memory if it was read ahead; otherwise in a temporary file, which goes when it is closed. From the first
     * one on, chunks are read ahead.
     *
     * @throws ArtifactException if the artifact cannot be had, or is not what the update describes
     */
    FetchedArtifact fetchToServe(ModelVersion version) {
        Optional<FetchedArtifact> there = ahead.take(version);
        if (there.isPresent()) {
            return there.get();
        }
        Spool fetched = fetchToSpool(version);
        if (!StoredArtifacts.isStored(version)) {
            ahead.start();
        }
        return fetched;
    }

    /**
     * The artifact in a temporary file, which goes when it is closed.
     *
     * @throws ArtifactException if the artifact cannot be had, or is not what the update describes
     */
    private Spool fetchToSpool(ModelVersion version) {
        Spool spool = null;
        try {
            spool = Spool.temporary();
            fetchTo(version, spool);
            Spool filled = spool;
            spool = null;
            return filled;
        } catch (IOException e) {
            throw unkept(e);
        } finally {
            if (spool != null) {
                closeQuietly(spool);
            }
        }
    }

    private void fetchTo(ModelVersion version, Spool spool) throws IOException {
        if (StoredArtifacts.isStored(version)) {
            stored.fetchTo(version, spool, () -> closed);
            return;
        }
        var chunks = new ChunkAssembly(version, codec, spool);
        LogReader rested = resting.getAndSet(null);
        LogReader reader = rested == null ? readers.get() : rested;
        running.add(reader);
        boolean sound = false;
        try {
            if (closed) {
                throw ArtifactException.late("the fetcher is closed");
            }
            new Fetch(reader, chunks, timeout)
                    .from(version.update().getArtifact().getFirstChunkOffset());
            sound = true;
        } catch (WakeupException e) {
            throw ArtifactException.late("the fetcher was closed");
        } catch (KafkaException e) {
            throw ArtifactException.late("%s cannot be read: %s".formatted(reader.topic(), e.getMessage()));
        } finally {
            running.remove(reader);
            release(reader, sound);
        }
    }

    private void release(LogReader reader, boolean sound) {
        if (sound) {
            reader.rest();
            LogReader surplus = resting.getAndSet(reader);
            if (surplus != null) {
                surplus.close();
            }
        } else {
            reader.close();
        }
        if (closed) {
            closeResting();
        }
    }

    private void closeResting() {
        LogReader rested = resting.getAndSet(null);
        if (rested != null) {
            rested.close();
        }
    }

    private static ArtifactException unkept(IOException e) {
        return ArtifactException.late("the artifact cannot be kept in a temporary file: " + e.getMessage());
    }

    private static void closeQuietly(Spool spool) {
        try {
            spool.close();
        } catch (IOException e) {
            log.debug("a temporary file stays: {}", e.getMessage());
        }
    }

    /** Ends the fetches that are running with an {@link ArtifactException}. */
    @Override
    public void close() {
        closed = true;
        running.forEach(LogReader::wakeup);
        closeResting();
        ahead.close();
        stored.close();
    }

    /** One pass over the topic, or two: first from the hint, then, if that led nowhere, from the beginning. */
    private static final class Fetch {
        private final LogReader reader;
        private final ChunkAssembly chunks;
        private final Duration timeout;
        private boolean fromBeginning;
        private boolean readAnything;
        private long end;
        private long backlog;
        private long lastProgress = System.nanoTime();

        Fetch(LogReader reader, ChunkAssembly chunks, Duration timeout) {
            this.reader = reader;
            this.chunks = chunks;
            this.timeout = timeout;
        }

        void from(long hint) throws IOException {
            reader.requireTopic(timeout);
            end = reader.end();
            backlog = end;
            fromBeginning = hint < reader.beginning();
            if (fromBeginning) {
                reader.seekToBeginning();
            } else {
                // Beyond the committed end nothing can be read yet; the hint may well point there.
                reader.seek(Math.min(hint, end));
            }
            while (true) {
                boolean progress = take(reader.poll(POLL));
                if (chunks.isComplete()) {
                    return;
                }
                if (progress) {
                    lastProgress = System.nanoTime();
                }
                if (caughtUp()) {
                    if (!fromBeginning && (readAnything || waited().compareTo(timeout.dividedBy(2)) > 0)) {
                        rewind();
                    } else if (fromBeginning && chunks.hopeless()) {
                        throw chunks.problem();
                    }
                }
                if (waited().compareTo(timeout) > 0) {
                    throw chunks.problem().afterWaiting(timeout);
                }
            }
        }

        /** The clock runs only while there is nothing to read: a long topic is no reason to give up. */
        private boolean take(List<ConsumerRecord<byte[], byte[]>> records) throws IOException {
            boolean progress = false;
            for (ConsumerRecord<byte[], byte[]> record : records) {
                readAnything = true;
                progress |= chunks.offer(record.key(), record.value()) || record.offset() < backlog;
            }
            return progress;
        }

        private boolean caughtUp() {
            long position = reader.position();
            if (position < end) {
                return false;
            }
            end = reader.end();
            return position >= end;
        }

        private void rewind() {
            fromBeginning = true;
            backlog = end;
            reader.seekToBeginning();
        }

        private Duration waited() {
            return Duration.ofNanos(System.nanoTime() - lastProgress);
        }
    }
}
