package io.rangestream.learner;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.evaluation.PromotionGate;
import io.rangestream.learner.evaluation.SpaceRule.Space;
import io.rangestream.learner.loss.LossComposition.Classification;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.learner.training.SamplerCounts;
import io.rangestream.learner.training.Trainer;
import io.rangestream.schemas.image.CropDecoder;
import io.rangestream.schemas.updates.VersionKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Writes the event of a version: what it is, how it came about, how good it is. */
final class UpdateDraft {
    private final String model;
    private final Trainer trainer;
    private final long seed;
    private final TopicPartition batches;

    UpdateDraft(String model, Trainer trainer, long seed, TopicPartition batches) {
        this.model = model;
        this.trainer = trainer;
        this.seed = seed;
        this.batches = batches;
    }

    /** The event, its artifact and checkpoint hash still to be set. */
    ModelUpdate.Builder begin(
            long version, Lineage lineage, PromotionGate.Verdict verdict, Evaluation evaluation, Space space) {
        return ModelUpdate.newBuilder()
                .setModel(model)
                .setVersion(version)
                .setParentVersion(lineage.parent())
                .setStatus(verdict.status())
                .setReason(reason(verdict, lineage))
                .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .setArtifact(Artifact.newBuilder()
                        .setBytes(0)
                        .setSha256("")
                        .setChunks(0)
                        .build())
                .setNetwork(network())
                .setEmbeddingSpace(spaceName(space.founder()))
                .setCompatibleWith(
                        space.compatible().stream().map(this::spaceName).toList())
                .setTraining(training())
                .setEvaluation(evaluation);
    }

    private String spaceName(long founder) {
        return new VersionKey(model, founder).toString();
    }

    private String reason(PromotionGate.Verdict verdict, Lineage lineage) {
        var reason = new StringBuilder(verdict.reason());
        if (trainer.returnedSinceVersion()) {
            reason.append("; training had diverged, and its weights had returned to ")
                    .append(lineage.parent() == 0 ? "the untrained network's" : "those of version " + lineage.parent());
        }
        lineage.remarks().forEach(remark -> reason.append("; ").append(remark));
        trainer.position().remarks().forEach(remark -> reason.append("; ").append(remark));
        return reason.toString();
    }

    private Network network() {
        BackboneSpec spec = trainer.backbone().spec();
        return Network.newBuilder()
                .setBackbone(spec.label())
                .setEmbeddingDim(spec.embeddingDim())
                .setInputWidth(spec.inputSize())
                .setInputHeight(spec.inputSize())
                .setParameters(trainer.backbone().parameterCount())
                .setPreprocessing(CropDecoder.PREPROCESSING)
                .build();
    }

    private Training training() {
        LossTerms losses = trainer.meanLosses();
        Trainer.Counters counters = trainer.counters();
        SamplerCounts.Counts samplers = trainer.samplerCounts();
        return Training.newBuilder()
                .setBatches(counters.batches())
                .setCrops(counters.crops())
                .setIdentities(trainer.identities())
                .setSkippedSteps(counters.skippedSteps())
                .setSkippedCrops(counters.skippedCrops())
                .setReturns(trainer.returns())
                .setForeignRecords(trainer.position().foreignRecords())
                .setLostRecords(trainer.position().lostRecords())
                .setLostFaces(samplers.lost())
                .setLabelConflicts(
                        samplers.labelConflicts() + trainer.pictures().conflicts())
                .setRepeatedPictures(samplers.repeatedPictures())
                .setNearDuplicates(trainer.pictures().nearDuplicates())
                .setLossTotal(losses.total())
                .setLossSoftmax(classification(losses))
                .setLossIntra(losses.term(RangeLoss.INTRA))
                .setLossInter(losses.term(RangeLoss.INTER))
                .setLosses(losses.terms())
                .setLearningRate(trainer.learningRate())
                .setBackend(trainer.backbone().backend().toString())
                .setSeed(seed)
                .setOffsets(Map.of(batches.toString(), trainer.position().nextOffset()))
                .setSequences(trainer.position().sequences())
                .build();
    }

    /** The cross-entropy of the head, whichever of its losses is in use. */
    private static double classification(LossTerms losses) {
        return Arrays.stream(Classification.values())
                .mapToDouble(name -> losses.term(name.toString()))
                .sum();
    }
}
