package io.rangestream.client;

import io.rangestream.avro.ModelChunk;
import io.rangestream.schemas.updates.ChunkKey;
import io.rangestream.schemas.updates.VersionKey;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.UndecodableRecordException;
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
 * Waits at the end of {@code model-weights} and takes in the chunks of the newest version while they are written, so that they are there when
 * its transaction is committed. Only a version's update, which is read when it is committed, makes anything of them: by its SHA-256 they are the bytes
 * of that transaction, and those of an aborted one are never asked for. What is not here, or not as the update has it, is fetched as if nothing had been
 * read ahead. Thread-safe.
 */
final class ReadAhead implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReadAhead.class);
    private static final Duration POLL = Duration.ofSeconds(5);

    /** Two partitions show a transaction within moments of each other; who waits for nothing loses that much. */
    private static final long PATIENCE_MILLIS = 250;

    private static final long RETRY_MILLIS = 1000;
    /** Between two looks at how far an artifact has come that is passed over, well below the patience for the next one. */
    private static final long PASS_MILLIS = 50;

    /** A writer that is silent for so long has given up. */
    private static final long SILENCE_MILLIS = 1000;

    private final Supplier<LogReader> readers;
    private final RecordCodec codec;
    private final String model;
    private final int limit;
    private final Thread thread = new Thread(this::run, "model-read-ahead");
    private @Nullable LogReader reader;
    private @Nullable IncomingArtifact incoming;
    /** The next offset; -1 while there is no reader. */
    private long position = -1;

    private boolean started;
    private boolean closed;

    /**
     * @param readers of {@code model-weights}, uncommitted records too
     * @param model whose chunks are taken
     * @param limit bytes of memory; larger artifacts are passed over, and with 0 all of them are
     */
    ReadAhead(Supplier<LogReader> readers, SchemaSource schemas, String model, int limit) {
        this.readers = readers;
        this.codec = new RecordCodec(List.of(ModelChunk.getClassSchema()), schemas);
        this.model = model;
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
                if (begin(opened)) {
                    opened.seek(opened.end());
                    at(opened.position());
                    read(opened);
                }
            } catch (WakeupException e) {
                log.debug("reading ahead was ended");
            } catch (KafkaException e) {
                log.debug("nothing is read ahead for a moment: {}", e.getMessage());
            } catch (RuntimeException | Error e) {
                log.warn("nothing is read ahead for a moment: {}", e.toString());
            } finally {
                forget();
                pause(RETRY_MILLIS);
            }
        }
    }

    private void read(LogReader opened) {
        while (!isClosed()) {
            for (ConsumerRecord<byte[], byte[]> record : opened.poll(POLL)) {
                long skipped = offer(record);
                if (skipped > 0) {
                    pass(opened, record.offset() + 1 + skipped);
                    break;
                }
            }
        }
    }

    /** Goes on at an offset, or at the end if records do not come that far: there is no seeking beyond it. */
    private void pass(LogReader opened, long offset) {
        long end = opened.end();
        long since = System.nanoTime();
        while (end < offset && System.nanoTime() - since < SILENCE_MILLIS * 1_000_000 && !isClosed()) {
            pause(PASS_MILLIS);
            long before = end;
            end = opened.end();
            since = end > before ? System.nanoTime() : since;
        }
        opened.seek(Math.min(offset, end));
    }

    /** @return how many records behind this one are of no use */
    private synchronized long offer(ConsumerRecord<byte[], byte @Nullable []> record) {
        ModelChunk chunk = chunk(record);
        long skipped = 0;
        if (chunk != null && chunk.getIndex() == 0) {
            incoming = IncomingArtifact.begin(chunk, limit).orElse(null);
            skipped = incoming == null ? Math.max(0, chunk.getCount() - 1L) : 0;
        } else if (chunk != null && incoming != null && !incoming.add(chunk)) {
            incoming = null;
        }
        position = record.offset() + 1 + skipped;
        notifyAll();
        return skipped;
    }

    /** The chunk in a record of this model, if it is one and what its key names. */
    private @Nullable ModelChunk chunk(ConsumerRecord<byte[], byte @Nullable []> record) {
        Optional<ChunkKey> key = ChunkKey.parse(record.key());
        byte[] value = record.value();
        if (value == null || key.isEmpty() || !key.get().version().model().equals(model)) {
            return null;
        }
        try {
            var chunk = (ModelChunk) codec.decode(value);
            VersionKey version = key.get().version();
            return version.version() == chunk.getVersion() && key.get().index() == chunk.getIndex() ? chunk : null;
        } catch (UndecodableRecordException e) {
            return null;
        }
    }

    /** From now on closing ends what the reader is at. */
    private synchronized boolean begin(LogReader opened) {
        reader = opened;
        return !closed;
    }

    private synchronized void at(long offset) {
        position = offset;
    }

    /** Holds nothing any more: what comes meanwhile is missed. */
    private synchronized void forget() {
        reader = null;
        incoming = null;
        position = -1;
        notifyAll();
    }

    private synchronized void pause(long millis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            long left = millis;
            while (!closed && left > 0) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }
}
