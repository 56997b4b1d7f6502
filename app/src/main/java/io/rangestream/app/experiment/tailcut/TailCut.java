package io.rangestream.app.experiment.tailcut;

import io.rangestream.app.experiment.Run;
import io.rangestream.app.experiment.RunFolder;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a study into a folder, a run folder for each arm, and passes over those that are there. Several processes may fill one folder
 * with different arms.
 */
public final class TailCut {
    private static final Logger log = LoggerFactory.getLogger(TailCut.class);

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
     * Makes the runs that are not there yet. One that fails, say because training diverges, is told and passed over: it leaves no run, and the
     * next start tries it again.
     *
     * @param protocol folder of LFW's protocol files, for its development view
     * @return names of the arms that failed
     * @throws ConfigurationException if the data has no long tail, or a run is there that was made with other settings
     */
    public List<String> run(FaceSource source, Optional<Path> protocol) throws IOException, InterruptedException {
        List<Arm> missing = study.arms().stream().filter(this::isMissing).toList();
        if (missing.isEmpty()) {
            return List.of();
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
        var failed = new ArrayList<String>();
        for (Arm arm : missing) {
            if (isMissing(arm) && !make(arm, data)) { // Another process may have made it meanwhile.
                failed.add(arm.name());
            }
        }
        return failed;
    }

    /** Whether the run came to its end. */
    private boolean make(Arm arm, StudyData data) throws IOException, InterruptedException {
        Run run;
        try {
            run = new ArmRun(study, data, arm).run();
        } catch (ConfigurationException e) {
            throw e; // Of all arms.
        } catch (RuntimeException e) {
            log.debug("{} failed", arm.name(), e);
            progress.accept("%s failed: %s".formatted(arm.name(), e.getMessage()));
            return false;
        }
        new RunFolder(folder.resolve(arm.name())).write(run);
        progress.accept("%s: AUC %.4f after %,.0f crops, %.0f s"
                .formatted(
                        arm.name(),
                        run.figures().get(AUC),
                        run.figures().get("crops"),
                        run.figures().get("seconds")));
        return true;
    }

    private boolean isMissing(Arm arm) {
        return !new RunFolder(folder.resolve(arm.name())).isMadeWith(study.settings(arm));
    }
}
