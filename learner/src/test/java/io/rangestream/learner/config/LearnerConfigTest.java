package io.rangestream.learner.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.ComputeDevice;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.batch.AugmentationSettings;
import io.rangestream.learner.head.Logits;
import io.rangestream.learner.loss.CentreLossSettings;
import io.rangestream.learner.loss.ContrastiveLossSettings;
import io.rangestream.learner.loss.Distance;
import io.rangestream.learner.loss.LossComposition;
import io.rangestream.learner.loss.RangeLossSettings;
import io.rangestream.learner.loss.RangeLossSettings.Reduction;
import io.rangestream.learner.loss.TripletLossSettings;
import io.rangestream.learner.loss.TripletLossSettings.Mining;
import io.rangestream.learner.optimizer.LearningRateSchedule;
import io.rangestream.learner.optimizer.UpdateRule;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LearnerConfigTest {

    @Test
    void theDefaultsAreUsable() {
        LearnerConfig config = LearnerConfig.from(Settings.of(Map.of()));

        assertEquals(new BackboneSpec("compact", 64, 128), config.backbone());
        assertEquals(ComputeDevice.AUTO, config.device());
        assertEquals(Runtime.getRuntime().availableProcessors(), config.threads());
        assertEquals(OptimizerSettings.defaults(), config.optimizer());
        assertEquals(LossComposition.of("softmax+range"), config.loss().terms());
        assertEquals(RangeLossSettings.defaults(), config.loss().range());
        assertEquals(ContrastiveLossSettings.defaults(), config.loss().contrastive());
        assertEquals(TripletLossSettings.defaults(), config.loss().triplet());
        assertEquals(CentreLossSettings.defaults(), config.loss().centre());
        assertEquals(20, config.loss().maxDivergedSteps());
        assertEquals(100, config.publication().everyBatches());
        assertEquals(Duration.ofMinutes(10), config.publication().maxInterval());
        assertEquals(0.01, config.evaluation().tolerance());
        assertEquals(AugmentationSettings.defaults(), config.augmentation());
        assertEquals(Path.of("rangestream-checkpoints"), config.checkpoints().directory());
    }

    @ParameterizedTest
    @CsvSource({"publish.claim.check.bytes, 1000", "publish.claim.check.store, artifacts"})
    void aThresholdAndAStoreForLargeArtifactsGoTogether(String key, String value) {
        var e = assertThrows(ConfigurationException.class, () -> LearnerConfig.from(Settings.of(Map.of(key, value))));

        assertEquals("publish.claim.check.bytes and publish.claim.check.store go together", e.getMessage());
    }

    @Test
    void whatIsSetIsTaken() {
        Map<String, String> losses = Map.of(
                "loss", "softmax+triplet+centre",
                "range.margin", "7.5",
                "range.distance", "euclidean",
                "range.reduction", "sum",
                "triplet.mining", "semi-hard",
                "centre.rate", "0.25");
        LearnerConfig config = LearnerConfig.from(Settings.of(Map.of(
                        "learner.threads", "3",
                        "backend", "cpu",
                        "backbone", "resnet-18",
                        "backbone.embedding.dim", "256",
                        "backbone.width", "0.5",
                        "learning.rate", "0.1",
                        "publish.max.interval.ms", "0",
                        "checkpoint.dir", "elsewhere"))
                .orElse(Settings.of(losses)));

        assertEquals(3, config.threads());
        assertEquals(new BackboneSpec("resnet-18", 112, 256, 0.5), config.backbone());
        assertEquals(ComputeDevice.CPU, config.device());
        assertEquals("softmax+triplet+centre", config.loss().terms().toString());
        assertEquals(7.5, config.loss().range().margin());
        assertEquals(Distance.EUCLIDEAN, config.loss().range().distance());
        assertEquals(Reduction.SUM, config.loss().range().reduction());
        assertEquals(Mining.SEMI_HARD, config.loss().triplet().mining());
        assertEquals(0.25, config.loss().centre().rate());
        assertEquals(0.1, config.optimizer().learningRate());
        assertEquals(Duration.ZERO, config.publication().maxInterval());
        assertEquals(Path.of("elsewhere"), config.checkpoints().directory());
    }

    @Test
    void theLossNamesTheLogitsOfTheHead() {
        assertEquals(
                new Logits.Linear(false),
                LearnerConfig.from(Settings.of(Map.of("head.bias", "false")))
                        .head()
                        .logits());
        assertEquals(
                new Logits.CosFace(16, 0.3),
                LearnerConfig.from(Settings.of(Map.of("loss", "cosface", "cosface.margin", "0.3")))
                        .head()
                        .logits());
        assertEquals(
                new Logits.ArcFace(30, 0.2),
                LearnerConfig.from(Settings.of(Map.of("loss", "range+arcface", "arcface.scale", "30")))
                        .head()
                        .logits());
    }

    @Test
    void theOptimizerBringsItsOwnRateAndDecay() {
        OptimizerSettings adamw =
                LearnerConfig.from(Settings.of(Map.of("optimizer", "adamw"))).optimizer();
        assertEquals(0.001, adamw.learningRate());
        assertEquals(0.01, adamw.weightDecay());
        OptimizerSettings set = LearnerConfig.from(Settings.of(
                        Map.of("optimizer", "adam", "learning.rate", "0.002", "learning.rate.schedule", "plateau")))
                .optimizer();
        assertEquals(new UpdateRule.Adam(0.9, 0.999, 1e-8, false), set.rule());
        assertEquals(0.002, set.learningRate());
        assertEquals(5e-4, set.weightDecay());
        assertEquals(new LearningRateSchedule.Plateau(0.5, 5, 0.002, 0.01), set.schedule());
    }

    @ParameterizedTest
    @CsvSource({
        "backend, tpu",
        "backbone, resnet",
        "backbone.input.size, 65",
        "backbone.embedding.dim, -1",
        "backbone.width, 0",
        "learner.threads, -1",
        "learner.threads, two",
        "seed, x",
        "learning.rate, 0",
        "learning.rate, NaN",
        "momentum, 1",
        "weight.decay, -1",
        "gradient.max.norm, 0",
        "gradient.max.norm, NaN",
        "learning.rate.warmup.steps, -1",
        "ema.decay, 1",
        "optimizer, lion",
        "adam.beta1, 1",
        "adam.beta2, -0.1",
        "adam.epsilon, 0",
        "learning.rate.schedule, step",
        "learning.rate.cosine.period, 0",
        "learning.rate.cosine.growth, 0",
        "learning.rate.plateau.patience, 0",
        "head.bias, maybe",
        "head.sampled.above, -1",
        "head.sampled.classes, 0",
        "cosface.scale, 0",
        "cosface.margin, 1",
        "arcface.scale, NaN",
        "arcface.margin, -0.1",
        "augmentation.flip, perhaps",
        "augmentation.shift, -1",
        "augmentation.scale, 0.6",
        "augmentation.brightness, NaN",
        "augmentation.contrast, 2",
        "augmentation.occlusion, -0.1",
        "dropout, 1",
        "loss, hinge",
        "range.k, 0",
        "range.margin, -1",
        "range.margin, NaN",
        "range.margin, Infinity",
        "range.alpha, -1",
        "range.alpha, NaN",
        "range.beta, -1",
        "range.beta, NaN",
        "range.lambda, -1",
        "range.lambda, NaN",
        "range.distance, taxi",
        "range.reduction, max",
        "range.normalize, perhaps",
        "contrastive.margin, NaN",
        "contrastive.weight, -1",
        "triplet.margin, -1",
        "triplet.mining, easy",
        "triplet.distance, taxi",
        "triplet.weight, Infinity",
        "centre.rate, 1.5",
        "centre.rate, NaN",
        "centre.weight, -1",
        "diverged.max.steps, 0",
        "publish.every.batches, 0",
        "publish.max.interval.ms, -1",
        "publish.chunk.bytes, 1023",
        "publish.chunk.bytes, 8388609",
        "models.retain, 0",
        "checkpoint.retain, 0",
        "evaluation.max.faces, 1",
        "evaluation.max.pairs.per.identity, 0",
        "promotion.min.pairs, 0",
        "promotion.tolerance, -0.1",
        "promotion.tolerance, 1.1",
        "promotion.tolerance, NaN",
        "crop.cache.bytes, -1",
        "max.face.pixels, 0"
    })
    void aValueThatDoesNotFitIsToldInOneLine(String key, String value) {
        Settings settings = Settings.of(Map.of(key, value));

        var e = assertThrows(ConfigurationException.class, () -> LearnerConfig.from(settings));

        assertFalse(e.getMessage().isBlank() || e.getMessage().contains("\n"), e.getMessage());
        assertTrue(e.getMessage().toLowerCase(java.util.Locale.ROOT).contains(lastWord(key)), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "plateau, learning.rate.plateau.factor, 1",
        "plateau, learning.rate.plateau.threshold, NaN",
        "plateau, learning.rate.floor, 0",
        "cosine-restarts, learning.rate.floor, 1"
    })
    void aScheduleIsToldOfItsOwnValuesByTheirKeys(String schedule, String key, String value) {
        Settings settings = Settings.of(Map.of("learning.rate.schedule", schedule, key, value));

        var e = assertThrows(ConfigurationException.class, () -> LearnerConfig.from(settings));

        assertTrue(e.getMessage().contains(key), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }

    @Test
    void aScheduleThatIsNotChosenHasNoSay() {
        Settings settings = Settings.of(Map.of(
                "learning.rate.schedule", "cosine-restarts",
                "learning.rate.floor", "0"));

        assertEquals(
                new LearningRateSchedule.CosineRestarts(2000, 1, 0),
                LearnerConfig.from(settings).optimizer().schedule());
    }

    @Test
    void aFolderNameThatIsNoneIsToldInOneLine() {
        Settings settings = Settings.of(Map.of("checkpoint.dir", "a\0b"));

        assertThrows(ConfigurationException.class, () -> LearnerConfig.from(settings));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://bucket/prefix", "file:///checkpoints", "/checkpoints", "kafka", "directory"})
    void checkpointsHaveAPlace(String store) {
        assertEquals(
                store,
                LearnerConfig.from(Settings.of(Map.of("checkpoint.store", store)))
                        .checkpoints()
                        .store());
    }

    @Test
    void aMisspeltPlaceOfCheckpointsIsNoFolderOfThatName() {
        var e = assertThrows(
                ConfigurationException.class,
                () -> LearnerConfig.from(Settings.of(Map.of("checkpoint.store", "kafak"))));

        assertEquals(
                "checkpoint.store=kafak is neither directory nor kafka nor the location of an object store",
                e.getMessage());
    }

    @Test
    void everySettingIsDocumented() {
        LearnerConfig.definition()
                .configKeys()
                .forEach((name, key) -> assertTrue(key.documentation.endsWith("."), name));
    }

    /** Messages of the optimiser's settings name them in camel case. */
    private static String lastWord(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }
}
