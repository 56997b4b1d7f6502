package io.rangestream.app.experiment.tailcut;

import io.rangestream.app.experiment.Run;
import io.rangestream.app.experiment.RunFolder;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs a study into a folder, a run folder for each arm, and passes over those that are there. Several processes may fill one folder
 * with different arms.
 */
public final class TailCut {
    static final String EXPERIMENT = "tail-cut";
    static final String AUC = "auc";

    private final Study study;
    private final Path folder;
    private final Consumer<String> progress;

    /** @param progress takes a line when a run begins or ends */
    public TailCut(Study study, Path folder, Consumer<String> progress) {
        this.study = study;
        this.folder = folder;
        this.progress = progress;
    }

    /**
     * Makes the runs that are not there yet.
     *
     * @param protocol folder of LFW's protocol files, for its development view
     * @throws ConfigurationException if the data has no long tail, or a run is there that was made with other settings
     */
    public void run(FaceSource source, Optional<Path> protocol) throws IOException, InterruptedException {
        List<Arm> missing = study.arms().stream().filter(this::isMissing).toList();
        if (missing.isEmpty()) {
            return;
        }
        StudyData data = protocol.isPresent()
                ? StudyData.ofLfw(source, protocol.get(), study.tailBelow())
                : StudyData.of(source, study.tailBelow());
        LongTail people = data.people();
        progress.accept("%s: %,d people to train on, %,d of them in the tail (2 to %d faces)"
                .formatted(
                        source.description(),
                        people.people().size(),
                        people.tail().size(),
                        people.tailBelow() - 1));
        for (Arm arm : missing) {
            var runFolder = new RunFolder(folder.resolve(arm.name()));
            if (isMissing(arm)) { // Another process may have made it meanwhile.
                Run run = new ArmRun(study, data, arm).run();
                runFolder.write(run);
                progress.accept("%s: AUC %.4f after %,.0f crops, %.0f s"
                        .formatted(
                                arm.name(),
                                run.figures().get(AUC),
                                run.figures().get("crops"),
                                run.figures().get("seconds")));
            }
        }
    }

    private boolean isMissing(Arm arm) {
        return !new RunFolder(folder.resolve(arm.name())).isMadeWith(study.settings(arm));
    }
}
