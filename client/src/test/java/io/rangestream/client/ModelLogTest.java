package io.rangestream.client;

import static io.rangestream.client.Publication.append;
import static io.rangestream.client.Publication.update;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ModelLogTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final byte[] ARTIFACT = {1, 2, 3};

    private final TestLog updates = new TestLog("model-updates");

    @Test
    void theLatestUpdateOfEachVersionCounts() {
        put(1, ModelStatus.PROMOTED);
        put(2, ModelStatus.CANDIDATE);
        put(2, ModelStatus.PROMOTED);
        put(1, ModelStatus.SUPERSEDED);
        put(3, ModelStatus.REJECTED);

        ModelLog log = read();

        assertEquals(
                List.of(ModelStatus.SUPERSEDED, ModelStatus.PROMOTED, ModelStatus.REJECTED),
                log.list().stream().map(ModelVersion::status).toList());
        assertEquals(2, log.promoted().orElseThrow().version());
        assertEquals(ModelStatus.REJECTED, log.find(3).orElseThrow().status());
        assertEquals(Optional.empty(), log.find(4));
    }

    @Test
    void theVersionPromotedLastIsServedEvenIfItIsOlder() {
        put(1, ModelStatus.PROMOTED);
        put(2, ModelStatus.PROMOTED);
        put(1, ModelStatus.PROMOTED);

        assertEquals(1, read().promoted().orElseThrow().version());
    }

    @Test
    void afterARollBackNothingIsPromotedUntilSomethingIs() {
        put(1, ModelStatus.PROMOTED);
        put(1, ModelStatus.ROLLED_BACK);

        assertTrue(read().promoted().isEmpty());
    }

    @Test
    void aVersionWhoseUpdateIsDeletedIsGone() {
        put(1, ModelStatus.PROMOTED);
        put(2, ModelStatus.PROMOTED);
        updates.append("faces/2", null);

        ModelLog log = read();

        assertEquals(1, log.list().size());
        assertEquals(1, log.promoted().orElseThrow().version());
    }

    @Test
    void whatIsNoUpdateOfThisModelIsSkipped() {
        put(1, ModelStatus.PROMOTED);
        updates.append("faces/2", "not a record".getBytes(StandardCharsets.UTF_8));
        updates.append("faces/two", new byte[0]);
        updates.append("faces/7", Publication.CODEC.encode(update(8, ModelStatus.PROMOTED, ARTIFACT, 1, 0)));
        ModelUpdate foreign = update(9, ModelStatus.PROMOTED, ARTIFACT, 1, 0);
        foreign.setModel("other");
        append(updates, foreign);

        assertEquals(
                List.of(1L), read().list().stream().map(ModelVersion::version).toList());
    }

    @Test
    void watchingTellsEveryUpdateFromNowOnUntilItIsStopped() throws Exception {
        put(1, ModelStatus.PROMOTED);
        ModelLog log = read();
        List<String> told = new CopyOnWriteArrayList<>();
        var watcher = new Thread(() -> log.watch(version -> told.add(version + " " + version.status())));

        watcher.start();
        put(2, ModelStatus.CANDIDATE);
        put(2, ModelStatus.PROMOTED);
        for (int i = 0; i < 100 && told.size() < 2; i++) {
            Thread.sleep(20);
        }
        log.stop();
        watcher.join(2000);

        assertFalse(watcher.isAlive());
        assertEquals(List.of("faces/2 CANDIDATE", "faces/2 PROMOTED"), told);
    }

    @Test
    void whatATopicHeldBeforeItWasCreatedAnewIsForgotten() {
        put(1, ModelStatus.PROMOTED);
        put(2, ModelStatus.REJECTED);
        put(3, ModelStatus.REJECTED);
        ModelLog log = read();

        updates.recreate();
        put(1, ModelStatus.CANDIDATE);
        log.readToEnd(SOON);

        assertEquals(
                List.of(ModelStatus.CANDIDATE),
                log.list().stream().map(ModelVersion::status).toList());
        assertTrue(log.promoted().isEmpty());
    }

    @Test
    void aWatcherIsToldOfTheUpdatesOfATopicThatWasCreatedAnew() {
        put(1, ModelStatus.PROMOTED);
        put(2, ModelStatus.PROMOTED);
        ModelLog log = read();
        assertTrue(log.caughtUp());

        updates.recreate();
        put(1, ModelStatus.CANDIDATE);
        List<ModelVersion> told = log.poll(SOON);

        assertEquals(
                List.of(ModelStatus.CANDIDATE),
                told.stream().map(ModelVersion::status).toList());
        assertEquals(1, log.list().size());
    }

    private void put(long version, ModelStatus status) {
        append(updates, update(version, status, ARTIFACT, 1, 0));
    }

    private ModelLog read() {
        var log = new ModelLog(updates.reader(), Publication.MODEL, SchemaSource.NONE, TrustedKeys.anyone());
        log.readToEnd(SOON);
        return log;
    }
}
