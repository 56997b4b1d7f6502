package io.rangestream.app.command;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.ingest.Ingest;
import io.rangestream.ingest.IngestConfig;
import io.rangestream.ingest.IngestSummary;
import io.rangestream.ingest.ProgressBar;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.source.PathCharset;
import io.rangestream.ingest.source.RejectionFile;
import io.rangestream.ingest.source.Rejections;
import io.rangestream.schemas.broker.BrokerConnection;
import io.rangestream.schemas.broker.BrokerWatch;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.identity.IdentityList;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Sends labelled crops to the faces topic. */
@Command(
        name = "ingest",
        description = {
            "Send labelled face crops to the faces topic.",
            "PATH is a folder with a folder per identity, or a tar, tar.gz or zip of one; the LFW layout is one of"
                    + " these."
        },
        mixinStandardHelpOptions = true)
final class IngestCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Parameters(paramLabel = "PATH", arity = "0..1", description = "Where the crops are.")
    private @Nullable Path path;

    @Option(names = "--synthetic", description = "Send faces drawn by RangeStream instead of a PATH.")
    private boolean synthetic;

    @Option(
            names = "--synthetic-identities",
            paramLabel = "N",
            defaultValue = "300",
            description = "Identities drawn (default: ${DEFAULT-VALUE}).")
    private int syntheticIdentities;

    @Option(
            names = "--synthetic-faces",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Faces drawn (default: ${DEFAULT-VALUE}).")
    private int syntheticFaces;

    @Option(
            names = "--order",
            paramLabel = "ORDER",
            description = "shuffled, by-identity, head-first or tail-last (ingest.order).")
    private @Nullable String order;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the order and of drawn faces (ingest.seed).")
    private @Nullable Long seed;

    @Option(names = "--rate", paramLabel = "N", description = "Faces per second (ingest.rate).")
    private @Nullable Double rate;

    @Option(names = "--limit", paramLabel = "N", description = "Faces at most (ingest.limit).")
    private @Nullable Long limit;

    @Option(
            names = "--max-side",
            paramLabel = "N",
            description = "Scale pictures with a longer side down to this, in pixels; 0 to send none of them scaled"
                    + " (ingest.max.side).")
    private @Nullable Integer maxSide;

    @Option(
            names = "--identities",
            paramLabel = "FILE",
            description = "Send only these: one a line, or a people file of LFW.")
    private @Nullable Path identities;

    @Option(
            names = "--charset",
            paramLabel = "NAME",
            description =
                    "What PATH's names are in where they are not UTF-8, as IBM437, windows-1252, Shift_JIS or GBK.")
    private @Nullable String charset;

    @Option(
            names = "--rejections",
            paramLabel = "FILE",
            description = "Write every file that is not sent: its path, the reason and details, separated by tabs.")
    private @Nullable Path rejections;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if ((path == null) == !synthetic) {
            throw new ParameterException(Console.of(spec), "say what to send: a PATH, or --synthetic");
        }
        Settings settings = settings();
        IngestConfig ingestConfig = IngestConfig.from(settings);
        CommonConfig common = CommonConfig.from(settings);
        var bar = new ProgressBar(Console.progress(), Console.isTerminal());
        try (ShutdownSignal signal = ShutdownSignal.listen();
                RejectionFile file = rejections == null ? null : RejectionFile.create(rejections);
                FaceSource source = open(file == null ? Rejections.Log.NONE : file, ingestConfig.seed());
                Ingest ingest = Ingest.connect(
                        common,
                        ingestConfig,
                        file == null ? Rejections.Log.NONE : file,
                        BrokerConnection.ofRole(common, signal::isRequested));
                BrokerWatch watch = BrokerWatch.start(common)) {
            var stopper = new Thread(() -> stopOn(signal, ingest), "rangestream-ingest-stop");
            stopper.setDaemon(true);
            stopper.start();
            IngestSummary summary =
                    ingest.run(source, Optional.ofNullable(identities).map(IdentityList::read), bar);
            bar.end();
            Console.println(spec, summary.render());
            return summary.complete() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }
    }

    private FaceSource open(Rejections.Log log, long seed) {
        return path == null
                ? SourceOptions.open(null, syntheticIdentities, syntheticFaces, seed)
                : FaceSource.open(
                        path, charset == null ? PathCharset.DEFAULT : PathCharset.of(charset), new Rejections(log));
    }

    private Settings settings() {
        Settings settings = config.settings();
        settings = order == null ? settings : settings.with(IngestConfig.ORDER, order);
        settings = seed == null ? settings : settings.with(IngestConfig.SEED, seed);
        settings = rate == null ? settings : settings.with(IngestConfig.RATE, rate);
        settings = maxSide == null ? settings : settings.with(IngestConfig.MAX_SIDE, maxSide);
        return limit == null ? settings : settings.with(IngestConfig.LIMIT, limit);
    }

    private static void stopOn(ShutdownSignal signal, Ingest ingest) {
        try {
            while (!signal.await(Duration.ofHours(1))) {
                continue;
            }
            ingest.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
