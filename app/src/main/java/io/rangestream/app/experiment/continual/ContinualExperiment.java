package io.rangestream.app.experiment.continual;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.app.evaluate.LfwProtocol;
import io.rangestream.app.experiment.Run;
import io.rangestream.app.experiment.RunFolder;
import io.rangestream.ingest.IngestConfig;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How well a stream teaches, beside its upper bound. Runs that are finished are passed over, so an interrupted experiment goes on where
 * it was, and several processes may share a folder if each is given other runs.
 */
public final class ContinualExperiment {
    static final String NAME = "continual";

    private final ContinualOptions options;
    private final Settings settings;
    private final ShutdownSignal signal;
    private final PrintStream out;

    /** @param out where progress goes */
    public ContinualExperiment(ContinualOptions options, Settings settings, ShutdownSignal signal, PrintStream out) {
        this.options = options;
        this.settings = settings;
        this.signal = signal;
        this.out = out;
    }

    /**
     * Makes the runs that are missing.
     *
     * @param source the faces, which stay the caller's to close
     * @return false if it was stopped before all were made
     * @throws ConfigurationException in one line, if a run is there that was made with other settings
     */
    public boolean run(FaceSource source) throws IOException, InterruptedException {
        Cast cast = cast(source);
        List<RunKey> missing = options.runs().stream()
                .filter(key -> !folder(key).isMadeWith(described(key, cast, source)))
                .toList();
        out.printf(
                Locale.ROOT,
                "%d runs, %d of them finished before%n",
                options.runs().size(),
                options.runs().size() - missing.size());
        for (RunKey key : missing) {
            Optional<Run> made = new ContinualRun(key, cast, source, options, settings, signal, out).run();
            if (made.isEmpty()) {
                return false;
            }
            folder(key).write(made.get());
        }
        return true;
    }

    private Map<String, String> described(RunKey key, Cast cast, FaceSource source) {
        return RunSettings.of(key, options, settings, cast.training().size()).described(cast, source);
    }

    private Cast cast(FaceSource source) {
        IngestConfig limits = IngestConfig.from(settings);
        return options.protocol()
                .map(directory -> Cast.of(source, new LfwProtocol(directory), options.minFaces(), limits))
                .orElseGet(() -> Cast.of(source, options.minFaces(), limits));
    }

    private RunFolder folder(RunKey key) {
        return new RunFolder(options.out().resolve(key.name()));
    }
}
