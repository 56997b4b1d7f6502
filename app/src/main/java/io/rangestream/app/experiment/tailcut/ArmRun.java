package io.rangestream.app.experiment.tailcut;

import io.rangestream.app.evaluate.Verification;
import io.rangestream.app.experiment.Run;
import io.rangestream.app.experiment.Software;
import io.rangestream.app.experiment.tailcut.LongTail.Person;
import io.rangestream.client.OnnxEmbedder;
import io.rangestream.learner.batch.BatchPreparer;
import io.rangestream.learner.batch.CropCache;
import io.rangestream.learner.batch.PreparedBatch;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.config.LossConfig;
import io.rangestream.learner.training.Trainer;
import io.rangestream.learner.training.TrainingException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** Trains a network in one arm and verifies what the learner would publish. */
final class ArmRun {
    private final Study study;
    private final StudyData data;
    private final Arm arm;
    private final LearnerConfig config;
    private final List<Person> people;
    private final List<Run.Point> series = new ArrayList<>();

    ArmRun(Study study, StudyData data, Arm arm) {
        this.study = study;
        this.data = data;
        this.arm = arm;
        this.config = LearnerConfig.from(
                study.learner().with(LossConfig.LOSS, arm.loss()).with(LearnerConfig.SEED, arm.seed()));
        this.people = data.people().cut(arm.cut());
    }

    Run run() throws IOException, InterruptedException {
        Instant started = Instant.now();
        try (var trainer = new Trainer(config)) {
            series.add(new Run.Point(0, strangers(trainer)));
            train(trainer);
            Map<String, Double> figures = finalFigures(trainer);
            Instant finished = Instant.now();
            figures.put("seconds", (finished.toEpochMilli() - started.toEpochMilli()) / 1000.0);
            return new Run(
                    TailCut.EXPERIMENT,
                    arm.name(),
                    arm.seed(),
                    started.toString(),
                    finished.toString(),
                    Software.here(trainer.backbone().backend().toString()),
                    study.settings(arm),
                    figures,
                    series);
        }
    }

    /** One batch is prepared while the one before it is trained on. */
    private void train(Trainer trainer) throws IOException, InterruptedException {
        var draw = new BatchDraw(people, study.batch(), arm, data::face);
        int evaluated = 0;
        try (var preparer = new BatchPreparer(
                config.backbone().inputSize(),
                config.maxFacePixels(),
                config.seed(),
                new CropCache(config.cacheBytes()),
                config.augmentation())) {
            Future<PreparedBatch> next = preparer.prepare(draw.next());
            for (long offset = 0; trainer.counters().crops() < study.crops(); offset++) {
                PreparedBatch batch = done(next);
                next = preparer.prepare(draw.next());
                trainer.train(batch, offset);
                preparer.release(batch);
                if (trainer.isDiverged()) {
                    throw new TrainingException("training diverged after %,d crops"
                            .formatted(trainer.counters().crops()));
                }
                long crops = trainer.counters().crops();
                if (crops / study.every() > evaluated && crops < study.crops()) {
                    evaluated = (int) (crops / study.every());
                    series.add(new Run.Point(crops, strangers(trainer)));
                }
            }
        }
    }

    private Map<String, Double> finalFigures(Trainer trainer) throws IOException {
        Map<String, Double> figures = strangers(trainer);
        series.add(new Run.Point(trainer.counters().crops(), figures));
        try (OnnxEmbedder embedder = embedder(trainer)) {
            // Of the uncut tail, whatever this arm was trained on: what the cut costs those who were cut.
            Set<String> head = names(data.people().cut(100));
            Set<String> tail = names(data.people().tail());
            data.trained()
                    .verify(embedder, Map.of("head", head::contains, "tail", tail::contains))
                    .forEach((group, result) ->
                            figures.put("auc.training." + group, result.auc().value()));
        }
        trainer.meanLosses().terms().forEach((term, value) -> figures.put("loss." + term, value));
        figures.put("crops", (double) trainer.counters().crops());
        figures.put("skipped.steps", (double) trainer.counters().skippedSteps());
        figures.put("people", (double) people.size());
        figures.put("faces", people.stream().mapToDouble(p -> p.faces().size()).sum());
        return figures;
    }

    /** Figures on people who are not trained on. */
    private Map<String, Double> strangers(Trainer trainer) throws IOException {
        try (OnnxEmbedder embedder = embedder(trainer)) {
            Verification.Result result = data.strangers().verify(embedder);
            var figures = new TreeMap<String, Double>();
            figures.put(TailCut.AUC, result.auc().value());
            figures.put("eer", result.equalErrorRate().value());
            result.tarByFar().forEach((far, tar) -> figures.put("tar@far=" + far, tar));
            return figures;
        }
    }

    /** The averaged weights, as a client would have them. */
    private OnnxEmbedder embedder(Trainer trainer) {
        return OnnxEmbedder.open(trainer.backbone().exportOnnx(trainer.published()), config.threads());
    }

    private static Set<String> names(List<Person> people) {
        return people.stream().map(Person::name).collect(Collectors.toSet());
    }

    private static PreparedBatch done(Future<PreparedBatch> batch) throws InterruptedException {
        try {
            return batch.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
