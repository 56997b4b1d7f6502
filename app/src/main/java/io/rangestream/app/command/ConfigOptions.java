package io.rangestream.app.command;

import io.rangestream.app.ConfigurationReference;
import io.rangestream.schemas.broker.BrokerConnection;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicCatalogue;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say where the settings come from. */
final class ConfigOptions {
    static final String DEBUG = "--debug";

    @Option(names = "--config", paramLabel = "FILE", description = "Properties file with settings.")
    private @Nullable Path file;

    @Option(
            names = {"-b", "--bootstrap-servers"},
            paramLabel = "HOST:PORT",
            description = "Brokers to connect to (bootstrap.servers).")
    private @Nullable String bootstrapServers;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            description = "Put before every topic's name (topic.prefix).")
    private @Nullable String topicPrefix;

    @Option(
            names = {"-D", "--set"},
            paramLabel = "KEY=VALUE",
            description = "Any setting, for instance -D replay.ratio=4 or -D kafka.security.protocol=SSL.")
    private Map<String, String> set = new HashMap<>();

    @Option(names = DEBUG, description = "Show stack traces.")
    private boolean debug;

    /**
     * The settings of flags, environment and file.
     *
     * @throws ConfigurationException if the file cannot be read or a key is unknown
     */
    Settings settings() {
        var flags = new HashMap<>(set);
        if (bootstrapServers != null) {
            flags.put(CommonConfig.BOOTSTRAP_SERVERS, bootstrapServers);
        }
        if (topicPrefix != null) {
            flags.put(CommonConfig.TOPIC_PREFIX, topicPrefix);
        }
        Settings fromFlags = Settings.of(flags);
        Settings fromFile = file == null ? Settings.of(Map.of()) : Settings.ofFile(file);
        ConfigurationReference.requireKnown(fromFlags);
        ConfigurationReference.requireKnown(fromFile);
        return fromFlags.orElse(Settings.ofEnvironment(System.getenv())).orElse(fromFile);
    }

    /**
     * What a command needs to know of Kafka, once a broker answers.
     *
     * @param topics those that the command reads or writes
     * @throws KafkaException in one line, if none does in time
     * @throws ConfigurationException if a topic does not exist
     */
    @SafeVarargs
    static CommonConfig reach(Settings settings, Function<TopicCatalogue, String>... topics) {
        CommonConfig common = CommonConfig.from(settings);
        BrokerConnection.ofCommand(common)
                .requireTopics(Stream.of(topics)
                        .map(topic -> topic.apply(common.topics()))
                        .toList());
        return common;
    }

    /** The brokers that the settings name. */
    String brokers() {
        return CommonConfig.from(settings()).bootstrapServers();
    }

    /** Whether a flag names the brokers. */
    boolean namesBrokers() {
        return bootstrapServers != null;
    }
}
