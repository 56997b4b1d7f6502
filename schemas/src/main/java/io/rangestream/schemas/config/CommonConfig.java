package io.rangestream.schemas.config;

import io.rangestream.schemas.topics.TopicCatalogue;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/**
 * What every role needs to know: the broker, the topics and the model.
 *
 * @param bootstrapServers host:port pairs
 * @param topics the topics of the model
 * @param replicationFactor for topics that are created; -1 is the broker's default
 * @param model the model's name
 * @param brokerWait how long to wait for a broker that cannot be reached; empty for what the role or the command has by default
 * @param kafka further settings of every Kafka client
 */
public record CommonConfig(
        String bootstrapServers,
        TopicCatalogue topics,
        short replicationFactor,
        String model,
        Optional<Duration> brokerWait,
        Map<String, String> kafka) {
    public static final String BOOTSTRAP_SERVERS = CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG;
    public static final String TOPIC_PREFIX = "topic.prefix";
    public static final String TOPIC_PARTITIONS = "topic.faces.partitions";
    public static final String TOPIC_REPLICATION_FACTOR = "topic.replication.factor";
    public static final String MODEL = "model";
    public static final String BROKER_WAIT = "broker.wait.seconds";

    private static final int BY_ROLE = -1;

    public CommonConfig {
        kafka = Map.copyOf(kafka);
        if (!model.matches("[A-Za-z0-9._-]{1,100}")) {
            throw new ConfigurationException(
                    "model '%s' may hold letters, digits, '.', '_' and '-' only".formatted(model));
        }
    }

    /** The keys of this configuration. */
    public static ConfigDef definition() {
        return new ConfigDef()
                .define(
                        BOOTSTRAP_SERVERS,
                        Type.STRING,
                        "localhost:9092",
                        Importance.HIGH,
                        "Brokers to connect to first, host:port, separated by commas.")
                .define(
                        TOPIC_PREFIX,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "Put before the name of every topic. One prefix carries one model.")
                .define(
                        TOPIC_PARTITIONS,
                        Type.INT,
                        4,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "Partitions of the faces topic when it is created; fixed for its life.")
                .define(
                        TOPIC_REPLICATION_FACTOR,
                        Type.SHORT,
                        (short) -1,
                        Importance.MEDIUM,
                        "Replicas of each topic when it is created; -1 takes the broker's default.")
                .define(MODEL, Type.STRING, "face-embedding", Importance.MEDIUM, "Name of the model.")
                .define(
                        BROKER_WAIT,
                        Type.INT,
                        BY_ROLE,
                        Range.atLeast(BY_ROLE),
                        Importance.LOW,
                        "Seconds to wait at the start for a broker that cannot be reached or for topics that do not exist"
                                + " yet; -1 for no end in sampler, learner, ingest, topics create and models watch, and 60 in"
                                + " other commands, which do not wait for topics.");
    }

    /** @throws ConfigurationException if a value does not fit */
    public static CommonConfig from(Settings settings) {
        AbstractConfig config = settings.parse(definition());
        TopicCatalogue topics;
        try {
            topics = new TopicCatalogue(config.getString(TOPIC_PREFIX), config.getInt(TOPIC_PARTITIONS));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e);
        }
        var kafka = new HashMap<String, String>();
        settings.values().forEach((key, value) -> {
            if (key.startsWith(Settings.KAFKA_PREFIX)) {
                kafka.put(key.substring(Settings.KAFKA_PREFIX.length()), value);
            }
        });
        return new CommonConfig(
                config.getString(BOOTSTRAP_SERVERS),
                topics,
                config.getShort(TOPIC_REPLICATION_FACTOR),
                config.getString(MODEL),
                Optional.of(config.getInt(BROKER_WAIT))
                        .filter(seconds -> seconds >= 0)
                        .map(Duration::ofSeconds),
                kafka);
    }

    /** Connection settings for a Kafka client, the pass-through keys included; the caller may add to the map. */
    public Map<String, Object> clientConfig() {
        var config = new HashMap<String, Object>(kafka);
        config.put(BOOTSTRAP_SERVERS, bootstrapServers);
        return config;
    }
}
