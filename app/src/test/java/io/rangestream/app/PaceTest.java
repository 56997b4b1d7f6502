package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.LearnerProgress;
import io.rangestream.avro.LearnerState;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.SamplerStatus;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A learner that is away for a while costs time with {@code pace=lossless}, and old crops with {@code pace=fresh}. */
class PaceTest {
    private static final int FACES = 4_000;
    private static final int MAX_AHEAD = 10;
    private static final RecordCodec CODEC = new RecordCodec(List.of(), SchemaSource.NONE);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void losslessWaitsForTheLearnerAndThenMissesNothing() throws Exception {
        Settings settings = settings("lossless");
        try (Sampler sampler = WholeWay.sampler(settings);
                var faces = new NumberedFaces(FACES, 200, List.of(CommonConfig.from(settings)))) {
            // Given a stream of faces and no learner
            faces.sendSteadily(2_000);
            WholeWay.await("the sampler waits", () -> sampler.status().paused());
            Thread.sleep(1_000);

            // Then no batch leaves any more, however many faces come; the pause took hold when the pacer looked next
            SamplerStatus waiting = sampler.status();
            assertTrue(waiting.paused());
            assertTrue(waiting.batches() > MAX_AHEAD, waiting.toString());
            faces.sendRest();
            Thread.sleep(1_000);
            assertEquals(waiting.batches(), sampler.status().batches());
            assertTrue(waiting.batches() < FACES / 32, waiting.toString());

            // When the learner is back, then every face comes to its crops
            learnerKeepsUp(settings, sampler);
            SamplerStatus done = sampler.status();
            assertEquals(FACES, done.accepted());
            assertEquals(FACES / 32, done.batches());
        }
    }

    @Test
    void freshTakesEverythingInAndForfeitsWhatTheLearnerIsTooLateFor() throws Exception {
        Settings settings = settings("fresh");
        try (Sampler sampler = WholeWay.sampler(settings);
                var faces = new NumberedFaces(FACES, 200, List.of(CommonConfig.from(settings)))) {
            faces.sendRest();
            WholeWay.await("all faces are taken in", () -> sampler.status().accepted() == FACES);

            SamplerStatus waiting = sampler.status();
            assertFalse(waiting.paused());
            assertEquals(MAX_AHEAD, waiting.batches());
            assertEquals(MAX_AHEAD * 32, waiting.credit());

            // When the learner is back, then it gets what was saved for it, of the newest buffers
            learnerKeepsUp(settings, sampler);
            assertEquals(2 * MAX_AHEAD, sampler.status().batches());
        }
    }

    private Settings settings(String pace) {
        var settings = new HashMap<>(WholeWay.small(directory.resolve(pace)));
        settings.put(SamplerConfig.PACE, pace);
        settings.put(SamplerConfig.MAX_BATCHES_AHEAD, Integer.toString(MAX_AHEAD));
        settings.put(SamplerConfig.HOLDOUT_IDENTITIES_PER_MILLE, "0");
        settings.put(SamplerConfig.HOLDOUT_FACES_PER_MILLE, "0");
        return BROKER.settings(pace + ".", settings);
    }

    /** Deals with every batch at once until all faces are taken in and no credit is left for another batch. */
    private static void learnerKeepsUp(Settings settings, Sampler sampler) throws InterruptedException {
        CommonConfig common = CommonConfig.from(settings);
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            WholeWay.await("the learner has caught up", () -> {
                SamplerStatus status = sampler.status();
                producer.send(new ProducerRecord<>(
                        common.topics().learnerProgress(),
                        common.model(),
                        CODEC.encode(LearnerProgress.newBuilder()
                                .setModel(common.model())
                                .setState(LearnerState.TRAINING)
                                .setSequences(Map.of("0_0", status.batches()))
                                .build())));
                producer.flush();
                return status.accepted() == FACES && status.credit() < 32 && status.ahead() == 0;
            });
        }
    }
}
