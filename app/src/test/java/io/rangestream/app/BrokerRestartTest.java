package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicAdmin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose folder is kept goes on with what it had. */
class BrokerRestartTest {
    @TempDir
    Path data;

    @Test
    void theSameFolderIsContinued() {
        Optional<String> before;
        try (EmbeddedBroker broker = EmbeddedBroker.start(data, 0)) {
            CommonConfig common = common(broker);
            try (var admin = new TopicAdmin(common.clientConfig())) {
                admin.create(common.topics(), (short) 1);
                before = admin.topicId(common.topics().batches());
            }
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(data, 0)) {
            CommonConfig common = common(broker);
            try (var admin = new TopicAdmin(common.clientConfig())) {
                assertTrue(before.isPresent());
                assertEquals(before, admin.topicId(common.topics().batches()));
            }
        }
    }

    @Test
    void aFolderThatCannotBeContinuedIsToldInOneLine() throws Exception {
        Path meta = data.resolve("logs").resolve("meta.properties");
        Files.createDirectories(meta.getParent());
        Files.writeString(meta, "version=1\n");
        var e = assertThrows(IllegalStateException.class, () -> EmbeddedBroker.start(data, 0));
        assertTrue(e.getMessage().contains("meta.properties holds no cluster.id"), e.getMessage());
        assertEquals(List.of(e.getMessage()), e.getMessage().lines().toList());
    }

    private static CommonConfig common(EmbeddedBroker broker) {
        return CommonConfig.from(Settings.of(Map.of(CommonConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers())));
    }
}
