package io.rangestream.app;

import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicAdmin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One broker for all tests of a run, started when the first one needs it; tests keep apart by topic prefix. */
final class SharedBroker implements BeforeAllCallback {
    private static final String KEY = "broker";

    private String bootstrapServers = "";

    private record Running(EmbeddedBroker broker, Path data) implements AutoCloseable {
        static Running start() {
            try {
                Path data = Files.createTempDirectory("rangestream-test-broker-");
                return new Running(EmbeddedBroker.start(data, 0), data);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            broker.close();
            EmbeddedBroker.delete(data);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        var running = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedBroker.class))
                .computeIfAbsent(KEY, key -> Running.start(), Running.class);
        bootstrapServers = running.broker().bootstrapServers();
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    /** Settings with topics of their own, one faces partition; the topics exist. */
    Settings settings(String prefix, Map<String, String> more) {
        Settings settings = Settings.of(more)
                .orElse(Settings.of(Map.of(
                        CommonConfig.BOOTSTRAP_SERVERS, bootstrapServers,
                        CommonConfig.TOPIC_PREFIX, prefix,
                        CommonConfig.TOPIC_PARTITIONS, "1")));
        CommonConfig common = CommonConfig.from(settings);
        try (var admin = new TopicAdmin(common.clientConfig())) {
            admin.create(common.topics(), (short) 1);
        }
        return settings;
    }
}
