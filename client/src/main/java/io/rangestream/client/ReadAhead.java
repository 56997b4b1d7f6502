package io.rangestream.client;

import io.rangestream.avro.ModelChunk;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits at the end of {@code model-weights} and takes in the chunks of the newest version while its update is still on the way, so
 * that they need not be asked for when it has come. Committed records only. It decides nothing: what it cannot give, or what is not as the update
 * has it, is fetched as if this were not there. Thread-safe.
 */
final class ReadAhead implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReadAhead.class);
    private static final Duration POLL = Duration.ofSeconds(5);

    /** Two partitions show a transaction within moments of each other; who waits for nothing loses that much. */
    private static final long PATIENCE_MILLIS = 250;

    private static final long RETRY_MILLIS = 1000;

    private final Supplier<LogReader> readers;
    private final RecordCodec codec;
    private final String keyPrefix;
    private final long limit;
    private final Thread thread = new Thread(this::run, "model-read-ahead");
    private @Nullable LogReader reader;
    private @Nullable IncomingArtifact incoming;
    /** The next offset; -1 while there is no reader. */
    private long position = -1;

    private boolean started;
    private boolean closed;

    /**
     * @param readers of {@code model-weights}
     * @param model whose chunks are taken
     * @param limit bytes of memory; larger artifacts are passed over, and with 0 all of them are
     */
    ReadAhead(Supplier<LogReader> readers, SchemaSource schemas, String model, long limit) {
        this.readers = readers;
        this.codec = new RecordCodec(List.of(ModelChunk.getClassSchema()), schemas);
        this.keyPrefix = model + "/";
        this.limit = limit;
        thread.setDaemon(true);
    }

    /** Begins at the end of the topic, which must exist. Later calls change nothing. */
    synchronized void start() {
        if (!started && !closed && limit > 0) {
            started = true;
            thread.start();
        }
    }

    /** The artifact of a version, as its update has it; empty if it was not read ahead. Waits a moment for chunks that are coming. */
    synchronized Optional<FetchedArtifact> take(ModelVersion version) {
        long patience = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        long deadline = System.nanoTime() + patience;
        long seen = position;
        while (mayCome(version)) {
            if (position != seen) {
                seen = position;
                deadline = System.nanoTime() + patience;
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (millis <= 0) {
                return Optional.empty();
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
        IncomingArtifact there = incoming;
        if (there == null || !there.isOf(version)) {
            return Optional.empty();
        }
        incoming = null;
        return there.verified(version);
    }

    /** Ends reading; whoever waits gets nothing. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (reader != null) {
                reader.wakeup();
            }
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether chunks of the version are on their way as far as can be told. */
    private boolean mayCome(ModelVersion version) {
        if (closed || position < 0) {
            return false;
        }
        return incoming != null && incoming.isOf(version)
                ? !incoming.isComplete()
                : version.update().getArtifact().getFirstChunkOffset() >= position;
    }

    private void run() {
        while (!isClosed()) {
            try (LogReader opened = readers.get()) {
                opened.seek(opened.end());
                if (begin(opened)) {
                    read(opened);
                }
            } catch (WakeupException e) {
                log.debug("reading ahead was ended");
            } catch (KafkaException e) {
                log.debug("nothing is read ahead for a moment: {}", e.getMessage());
            } finally {
                pause();
            }
        }
    }

    private void read(LogReader opened) {
        while (!isClosed()) {
            for (ConsumerRecord<byte[], byte[]> record : opened.poll(POLL)) {
                long skipped = offer(record);
                if (skipped > 0) {
                    opened.seek(Math.min(record.offset() + 1 + skipped, opened.end()));
                    break;
                }
            }
        }
    }

    /** @return how many records behind this one are of no use */
    private synchronized long offer(ConsumerRecord<byte[], byte @Nullable []> record) {
        ModelChunk chunk = chunk(record);
        long skipped = 0;
        if (chunk != null && chunk.getIndex() == 0) {
            incoming = IncomingArtifact.begin(chunk, limit).orElse(null);
            skipped = incoming == null ? chunk.getCount() - 1L : 0;
        } else if (chunk != null && incoming != null && !incoming.add(chunk)) {
            incoming = null;
        }
        position = record.offset() + 1 + skipped;
        notifyAll();
        return skipped;
    }

    /** The chunk in a record of this model, if it is one and what its key names. */
    private @Nullable ModelChunk chunk(ConsumerRecord<byte[], byte @Nullable []> record) {
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        byte[] value = record.value();
        if (value == null || !key.startsWith(keyPrefix)) {
            return null;
        }
        try {
            var chunk = (ModelChunk) codec.decode(value);
            return key.equals(keyPrefix + chunk.getVersion() + "/" + chunk.getIndex()) ? chunk : null;
        } catch (UndecodableRecordException e) {
            return null;
        }
    }

    private synchronized boolean begin(LogReader opened) {
        reader = opened;
        position = opened.position();
        return !closed;
    }

    /** Holds nothing any more: what comes meanwhile is missed. */
    private synchronized void pause() {
        reader = null;
        incoming = null;
        position = -1;
        notifyAll();
        try {
            if (!closed) {
                wait(RETRY_MILLIS);
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }
}
