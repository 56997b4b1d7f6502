package io.rangestream.learner.publish;

import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.hash.Sha256;
import io.rangestream.schemas.signature.TrustedKey;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.signature.UpdateSignature;
import io.rangestream.schemas.topics.TopicEnd;
import io.rangestream.schemas.updates.UpdateEntry;
import io.rangestream.schemas.updates.UpdateEntry.Check;
import io.rangestream.schemas.updates.UpdateLog;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What an operator may adopt: versions whose events do not count, and those that count by a key other than the signing key. The latest
 * record of each stands for it. Where one counts, records of the version that do not are no candidates. Not thread-safe.
 */
public final class Adoption {
    private final Map<Long, Candidate> candidates = new LinkedHashMap<>();
    private final Set<Long> believed = new HashSet<>();

    /**
     * A version that may be adopted.
     *
     * @param signer who signed its event, in words
     * @param sha256 of key and value of the record
     */
    public record Candidate(ModelUpdate update, String signer, String sha256) {
        public long version() {
            return update.getVersion();
        }
    }

    private Adoption() {}

    /**
     * Reads what is committed.
     *
     * @param consumer read-committed; the caller closes it
     * @param trusted whose events count, the signing key among them
     * @param patience how long to wait while nothing comes
     */
    public static Adoption read(
            Consumer<byte[], byte @Nullable []> consumer,
            String topic,
            String model,
            SchemaSource schemas,
            TrustedKeys trusted,
            Duration patience) {
        var partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        var adoption = new Adoption();
        var counting = new UpdateLog(model, schemas, trusted);
        var anyone = new UpdateLog(model, schemas, TrustedKeys.anyone());
        TopicEnd.readTo(consumer, partition, patience, record -> {
            UpdateEntry entry = counting.take(record);
            if (entry instanceof UpdateEntry.Update update) {
                adoption.believe(record, update);
            } else if (entry instanceof UpdateEntry.Refused refused
                    && refused.failed() == Check.SIGNATURE
                    && anyone.take(record) instanceof UpdateEntry.Update update) {
                adoption.offer(record, update.update(), trusted);
            }
        });
        return adoption;
    }

    /** The candidates, the oldest version first. */
    public List<Candidate> candidates() {
        return candidates.values().stream()
                .sorted(Comparator.comparingLong(Candidate::version))
                .toList();
    }

    /** The same for these versions as long as the topic says the same of them; sixteen hexadecimal digits. */
    public String digest(Set<Long> versions) {
        var digest = new StringBuilder();
        candidates().stream()
                .filter(candidate -> versions.contains(candidate.version()))
                .forEach(candidate -> digest.append(candidate.sha256()).append('\n'));
        return Sha256.of(digest.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }

    /**
     * The events to publish. The promoted version stays promoted; where none is, the candidate promoted last is.
     *
     * @param history what counts already; has the candidates afterwards
     * @param versions candidates to adopt
     */
    public Succession adopt(VersionHistory history, Set<Long> versions, Instant at) {
        long promoted = history.promoted().map(ModelUpdate::getVersion).orElse(0L);
        List<ModelUpdate> adopted = candidates.values().stream()
                .filter(candidate -> versions.contains(candidate.version()))
                .map(candidate -> ModelUpdate.newBuilder(candidate.update())
                        .setEventNumber(0)
                        .setHighestVersion(0)
                        .build())
                .toList();
        adopted.forEach(history::add);
        var succession = new Succession(history, "", at);
        adopted.forEach(update -> succession.repeat(update.getVersion()));
        long served = promoted != 0
                ? promoted
                : history.promoted().map(ModelUpdate::getVersion).orElse(0L);
        if (served != 0) {
            succession.makeRoomFor(served);
        }
        return succession;
    }

    private void believe(ConsumerRecord<byte[], byte @Nullable []> record, UpdateEntry.Update update) {
        long version = update.update().getVersion();
        believed.add(version);
        candidates.remove(version);
        update.signer().filter(key -> !key.own()).ifPresent(key -> put(record, update.update(), "key " + key.name()));
    }

    private void offer(ConsumerRecord<byte[], byte @Nullable []> record, ModelUpdate update, TrustedKeys trusted) {
        if (believed.contains(update.getVersion())) {
            return;
        }
        String signer = trusted.signer(record.key(), record.value(), record.headers())
                .map(TrustedKey::name)
                .map(name -> "key %s, whose event %d does not count".formatted(name, update.getEventNumber()))
                .orElse(record.headers().lastHeader(UpdateSignature.HEADER) == null ? "nobody" : "an unknown key");
        candidates.remove(update.getVersion());
        put(record, update, signer);
    }

    private void put(ConsumerRecord<byte[], byte @Nullable []> record, ModelUpdate update, String signer) {
        byte[] value = record.value() == null ? new byte[0] : record.value();
        String sha256 = Sha256.of(record.key()) + Sha256.of(value);
        candidates.put(update.getVersion(), new Candidate(update, signer, sha256));
    }
}
