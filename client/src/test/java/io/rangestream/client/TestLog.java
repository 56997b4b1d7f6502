package io.rangestream.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** A topic in memory that any number of readers follow, as on a broker; may be appended to while they do. */
final class TestLog {
    private final TopicPartition partition;
    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    private long firstOffset;
    private long recordsRead;
    private int readersOpen;

    TestLog(String topic) {
        this.partition = new TopicPartition(topic, 0);
    }

    synchronized long append(String key, byte[] value) {
        return append(key, value, new RecordHeaders());
    }

    synchronized long append(String key, byte[] value, Headers headers) {
        long offset = end();
        records.add(new ConsumerRecord<>(
                partition.topic(),
                0,
                offset,
                ConsumerRecord.NO_TIMESTAMP,
                TimestampType.NO_TIMESTAMP_TYPE,
                ConsumerRecord.NULL_SIZE,
                ConsumerRecord.NULL_SIZE,
                key.getBytes(StandardCharsets.UTF_8),
                value,
                headers,
                Optional.empty()));
        notifyAll();
        return offset;
    }

    /** Leaves offsets unused, as control records and other transactions do. */
    synchronized void startAt(long offset) {
        firstOffset = offset;
    }

    /** Forgets all records, as retention would. */
    synchronized void cut() {
        firstOffset = end();
        records.clear();
    }

    /** Begins again at offset 0, as a topic that was deleted and created. */
    synchronized void recreate() {
        firstOffset = 0;
        records.clear();
    }

    synchronized long end() {
        return records.isEmpty() ? firstOffset : records.get(records.size() - 1).offset() + 1;
    }

    /** Records handed to readers so far, each reading counted. */
    synchronized long recordsRead() {
        return recordsRead;
    }

    synchronized int readersOpen() {
        return readersOpen;
    }

    synchronized LogReader reader() {
        readersOpen++;
        return new LogReader(new LogConsumer(), partition.topic());
    }

    private synchronized List<ConsumerRecord<byte[], byte[]>> from(long offset, Duration timeout)
            throws InterruptedException {
        if (end() <= offset) {
            wait(Math.max(1, timeout.toMillis()));
        }
        var due = records.stream().filter(r -> r.offset() >= offset).limit(3).toList();
        recordsRead += due.size();
        return due;
    }

    /** The consumer of Kafka's own test kit forgets what it has given out, and cannot go back. */
    private final class LogConsumer extends MockConsumer<byte[], byte[]> {
        private long position;
        private boolean wakeup;

        LogConsumer() {
            super("earliest");
        }

        @Override
        public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            endIfWoken();
            try {
                if (position > end()) {
                    position = firstOffset; // As auto.offset.reset has it.
                }
                var due = from(position, timeout);
                endIfWoken();
                if (due.isEmpty()) {
                    return ConsumerRecords.empty();
                }
                position = due.get(due.size() - 1).offset() + 1;
                return new ConsumerRecords<>(
                        Map.of(partition, due), Map.of(partition, new OffsetAndMetadata(position)));
            } catch (InterruptedException e) {
                throw new org.apache.kafka.common.errors.InterruptException(e);
            }
        }

        @Override
        public void seek(TopicPartition which, long offset) {
            position = offset;
        }

        @Override
        public void seekToBeginning(Collection<TopicPartition> which) {
            position = firstOffset;
        }

        @Override
        public long position(TopicPartition which, Duration timeout) {
            return position;
        }

        @Override
        public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> which, Duration timeout) {
            return Map.of(partition, firstOffset);
        }

        @Override
        public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> which, Duration timeout) {
            return Map.of(partition, end());
        }

        @Override
        public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
            return List.of(new PartitionInfo(topic, 0, Node.noNode(), new Node[0], new Node[0]));
        }

        @Override
        public void wakeup() {
            synchronized (TestLog.this) {
                wakeup = true;
                TestLog.this.notifyAll();
            }
        }

        @Override
        public void close(org.apache.kafka.clients.consumer.CloseOptions options) {
            synchronized (TestLog.this) {
                readersOpen--;
            }
        }

        private void endIfWoken() {
            synchronized (TestLog.this) {
                if (wakeup) {
                    wakeup = false;
                    throw new WakeupException();
                }
            }
        }
    }
}
