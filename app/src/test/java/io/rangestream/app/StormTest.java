package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Erasure;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicAdmin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Broker, sampler and learner, each a process, are killed and stopped in any order while faces arrive and people are erased; the
 * broker is away for a while each time, and once the disk is full. What they leave behind is compared with what a sampler and a
 * learner made of the same faces that nobody disturbed.
 */
class StormTest {
    private static final int IDENTITIES_PER_MILLE_OF_FACES = 33;
    private static final int BATCHES_PER_VERSION = 20;
    private static final Duration SETTLE = Duration.ofMinutes(10);

    @TempDir
    Path directory;

    /** @param faces sent while the storm lasts, so many a second */
    private record Storm(int kills, int faces, int perSecond, int erased, int leastOutage, int longestOutage) {}

    @Test
    void aKillOfEachLeavesNoTrace() throws Exception {
        storm(new Storm(3, 1_200, 40, 3, 3, 4), 5);
    }

    @Test
    @Tag("scenario")
    void fortyKillsInHalfAnHourLeaveNoTrace() throws Exception {
        storm(new Storm(40, 27_000, 12, 40, 30, 120), System.nanoTime());
    }

    private void storm(Storm storm, long seed) throws Exception {
        System.err.println("storm: seed " + seed);
        var random = new Random(seed);
        Path small = directory.resolve("small");
        boolean canFill = storm.kills() > 3 && SmallDisk.mount(small, 256);
        try (var disk = SmallDisk.at(small);
                var broker = new BrokerProcess(freePort(), directory.resolve("broker"))) {
            broker.startAndAwait();
            Settings calm = settings(broker, "calm.", directory.resolve("calm"));
            Settings stormy = settings(broker, "storm.", small);
            int people = storm.faces() * IDENTITIES_PER_MILLE_OF_FACES / 1000;
            try (var faces = new NumberedFaces(
                            storm.faces(),
                            people,
                            storm.erased(),
                            List.of(CommonConfig.from(calm), CommonConfig.from(stormy)));
                    var sampler = new SamplerProcess(stormy, small.resolve("sampler"));
                    var learner = new LearnerProcess(stormy, directory.resolve("learner"))) {
                // Given faces that keep coming, while every process may be killed at any time
                faces.sendSteadily(storm.perSecond());
                sampler.start();
                learner.start();
                for (int kill = 0; kill < storm.kills(); kill++) {
                    switch (kill % 4) {
                        case 0 -> kill(sampler, random);
                        case 1 -> kill(learner, random);
                        case 2 -> outage(broker, storm, random);
                        default -> kill(random.nextBoolean() ? sampler : learner, random);
                    }
                    if (kill % 8 == 7) {
                        stopAWhile(random.nextBoolean() ? sampler : learner);
                    }
                    if (kill == storm.kills() / 2 && canFill) {
                        fillDisk(disk, sampler, learner);
                    }
                    requireRunning(sampler, learner, broker);
                }
                faces.sendRest();

                // Then what is left behind is that of an undisturbed run
                SamplerOutcome actual = SamplerOutcome.await(stormy, () -> !sampler.hasEndedByItself(), SETTLE);
                int batches = actual.trainingBatches();
                awaitVersions(stormy, batches / BATCHES_PER_VERSION, () -> requireRunning(sampler, learner, broker));
                actual.requireSound(faces);
                compareWithUndisturbed(calm, stormy, actual, faces);
                requireForgotten(stormy, faces);
            }
        }
    }

    private static void kill(RoleProcess victim, Random random) throws IOException, InterruptedException {
        Thread.sleep(random.nextInt(4_000));
        victim.kill();
        victim.start();
    }

    private static void outage(BrokerProcess broker, Storm storm, Random random)
            throws IOException, InterruptedException {
        broker.kill();
        int seconds = storm.leastOutage() + random.nextInt(storm.longestOutage() - storm.leastOutage() + 1);
        Thread.sleep(seconds * 1_000L);
        broker.startAndAwait();
        Thread.sleep(random.nextInt(20_000) * storm.leastOutage() / 30);
    }

    /** Longer than the group waits for its members. */
    private static void stopAWhile(RoleProcess role) throws IOException, InterruptedException {
        role.pause();
        Thread.sleep(15_000);
        role.resume();
    }

    /** The one thing that may end a role: then it is started again, as its supervisor would. */
    private static void fillDisk(SmallDisk disk, RoleProcess... roles) throws IOException, InterruptedException {
        disk.fill();
        Thread.sleep(20_000);
        disk.free();
        Thread.sleep(5_000);
        for (RoleProcess role : roles) {
            if (role.hasEndedByItself()) {
                role.start();
            }
        }
    }

    private static void requireRunning(RoleProcess... roles) {
        for (RoleProcess role : roles) {
            assertFalse(role.hasEndedByItself(), role::log);
        }
    }

    private static void awaitVersions(Settings settings, int count, Runnable check) throws InterruptedException {
        WholeWay.await(count + " versions are there", SETTLE, () -> {
            check.run();
            return WholeWay.versions(settings).size() >= count;
        });
    }

    private static void compareWithUndisturbed(
            Settings calm, Settings stormy, SamplerOutcome actual, NumberedFaces faces) throws InterruptedException {
        SamplerOutcome expected;
        try (Sampler undisturbed = WholeWay.sampler(calm);
                Learner learner = WholeWay.learner(calm)) {
            expected = SamplerOutcome.await(calm, undisturbed::isLive, SETTLE);
            int versions = expected.trainingBatches() / BATCHES_PER_VERSION;
            awaitVersions(calm, versions, () -> WholeWay.requireAlive(learner));
        }
        expected.requireSound(faces);
        actual.requireEqual(expected);
        requireEqualVersions(WholeWay.versions(calm), WholeWay.versions(stormy));
    }

    /** Without a gap, each the child of the one before, after as many batches, and with the same weights. */
    private static void requireEqualVersions(List<ModelUpdate> expected, List<ModelUpdate> actual) {
        assertEquals(
                LongStream.rangeClosed(1, actual.size()).boxed().toList(),
                actual.stream().map(ModelUpdate::getVersion).toList());
        assertEquals(described(expected), described(actual));
    }

    private static List<String> described(List<ModelUpdate> versions) {
        return versions.stream()
                .map(update -> "version %d of %d after %d batches: %s %s"
                        .formatted(
                                update.getVersion(),
                                update.getParentVersion(),
                                update.getTraining().getBatches(),
                                update.getStatus(),
                                update.getArtifact().getSha256()))
                .toList();
    }

    /** No checkpoint that was written after the learner had complied with an erasure names whom it erased. */
    private static void requireForgotten(Settings stormy, NumberedFaces faces) throws IOException {
        Map<String, Long> erasures = erasureOffsets(CommonConfig.from(stormy));
        int looked = 0;
        for (ModelUpdate version : WholeWay.versions(stormy)) {
            Optional<Path> checkpoint = checkpoint(stormy, version.getVersion());
            if (checkpoint.isEmpty()) {
                continue; // Left retention.
            }
            String content = Files.readString(checkpoint.get(), StandardCharsets.ISO_8859_1);
            assertTrue(content.contains(named(faces.identity(faces.someoneWhoStays()))), "it names who stays");
            long reached =
                    version.getTraining().getOffsets().values().iterator().next();
            for (String identity : faces.erased()) {
                if (erasures.get(identity) < reached) {
                    assertFalse(content.contains(named(identity)), () -> "version %d knows %s, erased before"
                            .formatted(version.getVersion(), identity));
                    looked++;
                }
            }
        }
        assertTrue(looked > 0, "a version came after an erasure");
    }

    private static Map<String, Long> erasureOffsets(CommonConfig common) {
        var offsets = new HashMap<String, Long>();
        try (var batches = new TopicLog(common, common.topics().batches())) {
            for (var record : batches.readToEnd()) {
                if (SamplerOutcome.CODEC.decode(record.value()) instanceof Erasure erasure) {
                    offsets.put(erasure.getIdentity(), record.offset());
                }
            }
        }
        return offsets;
    }

    private static Optional<Path> checkpoint(Settings settings, long version) throws IOException {
        Path root = Path.of(String.valueOf(settings.values().get(CheckpointConfig.DIR)));
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.getFileName().toString().startsWith("version-%08d-".formatted(version)))
                    .findFirst();
        }
    }

    /** A name as a checkpoint has it, after its length: one name may begin as another does. */
    private static String named(String identity) {
        return "\0" + (char) identity.length() + identity;
    }

    private Settings settings(BrokerProcess broker, String prefix, Path states) {
        Map<String, String> values = new HashMap<>(Map.of(
                CommonConfig.BOOTSTRAP_SERVERS,
                broker.bootstrapServers(),
                CommonConfig.TOPIC_PREFIX,
                prefix,
                CommonConfig.TOPIC_PARTITIONS,
                "1",
                SamplerConfig.BATCH_IDENTITIES,
                "8",
                SamplerConfig.BATCH_SAMPLES,
                "4",
                SamplerConfig.START_IDENTITIES,
                "16",
                SamplerConfig.STATE_DIR,
                states.resolve("state").toString(),
                CheckpointConfig.DIR,
                states.resolve("checkpoints").toString()));
        values.putAll(Map.of(
                LearnerConfig.INPUT_SIZE, "32",
                LearnerConfig.WIDTH, "0.25",
                LearnerConfig.EMBEDDING_DIM, "16",
                LearnerConfig.THREADS, "1",
                LearnerConfig.PUBLISH_EVERY_BATCHES, Integer.toString(BATCHES_PER_VERSION),
                LearnerConfig.PUBLISH_MAX_INTERVAL, "0",
                LearnerConfig.RETAIN, "1000"));
        values.putAll(Map.of(
                "kafka.session.timeout.ms", "6000",
                "kafka.heartbeat.interval.ms", "1000",
                "kafka.consumer.session.timeout.ms", "6000",
                "kafka.producer.transaction.timeout.ms", "10000"));
        Settings settings = Settings.of(values);
        CommonConfig common = CommonConfig.from(settings);
        try (var admin = new TopicAdmin(common.clientConfig())) {
            admin.create(common.topics(), (short) 1);
        }
        return settings;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
