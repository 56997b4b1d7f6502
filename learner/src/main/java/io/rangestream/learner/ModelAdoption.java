package io.rangestream.learner;

import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.publish.Adoption;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.schemas.broker.BrokerConnection;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.KafkaException;

/**
 * Signs versions whose events no trusted key signed, or one that is to be given up. Works in the place of a learner, under its
 * transactional id. Not thread-safe.
 */
public final class ModelAdoption implements AutoCloseable {
    private final LearnerConfig config;
    private final LearnerClients clients;

    private ModelAdoption(CommonConfig common, LearnerConfig config) {
        this.config = config;
        this.clients = new LearnerClients(common, config);
    }

    /**
     * Connects.
     *
     * @param config of the model's learners
     * @throws ConfigurationException if there is no key to sign with, or topics are missing
     */
    public static ModelAdoption connect(CommonConfig common, LearnerConfig config) {
        if (config.publication().signingKey().isEmpty()) {
            throw new ConfigurationException("to sign versions takes %s".formatted(LearnerConfig.SIGNING_KEY));
        }
        BrokerConnection.ofCommand(common).requireTopics(LearnerClients.topics(common, config));
        return new ModelAdoption(common, config);
    }

    /** What there is to adopt. */
    public Adoption look() {
        return clients.adoption();
    }

    /**
     * Signs these versions, or none, in one transaction, and then a heartbeat: from then on, what the trusted keys signed is what there is.
     *
     * @param digest of the versions as the operator has seen them
     * @throws IllegalStateException in one line if a learner runs, or the topic says something else by now; then nothing is signed
     */
    public void sign(Set<Long> versions, String digest) {
        if (clients.haveLearner()) {
            throw new IllegalStateException(
                    "a learner is in the group %s: stop the learners first".formatted(clients.group()));
        }
        clients.publishSchemas();
        try (var producer = clients.publisher()) {
            producer.initTransactions();
            Adoption adoption = clients.adoption();
            if (!adoption.digest(versions).equals(digest)) {
                throw new IllegalStateException(
                        "the topic does not say what was confirmed: look again, without --confirm");
            }
            Instant at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            VersionHistory history = clients.historyOrNone();
            var succession = adoption.adopt(history, versions, at);
            clients.publisherOf(producer, Optional.empty(), history).change(succession, at);
        } catch (KafkaException e) {
            if (Fencing.isBehind(e)) {
                throw new IllegalStateException("a learner began meanwhile: nothing was signed", e);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        clients.close();
    }
}
