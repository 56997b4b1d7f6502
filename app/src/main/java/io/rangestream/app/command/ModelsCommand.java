package io.rangestream.app.command;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.client.ArtifactFetcher;
import io.rangestream.client.ClientConfig;
import io.rangestream.client.ModelLog;
import io.rangestream.client.ModelVersion;
import io.rangestream.schemas.broker.BrokerConnection;
import io.rangestream.schemas.broker.BrokerWatch;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.SchemaTopic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows and fetches model versions. */
@Command(
        name = "models",
        description =
                "List, show, watch or fetch model versions; promote one or roll back to one; sign them, and make the keys for that.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ModelsCommand.ListVersions.class,
            ModelsCommand.Show.class,
            ModelsCommand.Watch.class,
            ModelsCommand.Fetch.class,
            OrderCommand.Promote.class,
            OrderCommand.Rollback.class,
            OrderCommand.GoOn.class,
            AdoptCommand.class,
            ModelsCommand.KeyGeneration.class
        })
final class ModelsCommand implements Runnable {
    static final Duration READ_WITHIN = Duration.ofSeconds(30);
    static final String PROMOTED = "promoted";

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                Console.of(spec),
                "say what to do with the models: list, show, watch, fetch, promote, rollback, go-on, adopt or keygen");
    }

    /** The version that a parameter names. */
    static ModelVersion find(CommandLine.Model.@Nullable CommandSpec spec, ModelLog log, String wanted) {
        if (wanted.equals(PROMOTED)) {
            return log.promoted().orElseThrow(() -> new IllegalStateException("no version is promoted yet"));
        }
        if (!wanted.matches("[0-9]{1,18}")) {
            throw new CommandLine.ParameterException(
                    Console.of(spec), "a version is a number or '%s', not '%s'".formatted(PROMOTED, wanted));
        }
        return log.find(Long.parseLong(wanted))
                .orElseThrow(() -> new IllegalStateException("there is no version " + wanted));
    }

    /** Something done with the log of versions. */
    @FunctionalInterface
    private interface LogWork {
        int with(CommonConfig common, SchemaTopic schemas, ModelLog log) throws IOException;
    }

    /** Does something with a log that has been read to its end. */
    private static int onLog(Settings settings, CommonConfig common, LogWork work) throws IOException {
        try (var schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
                ModelLog log = ModelLog.open(
                        common, schemas, ClientConfig.from(settings).trusted())) {
            log.readToEnd(READ_WITHIN);
            return work.with(common, schemas, log);
        }
    }

    /** What the subcommands share that look at what is there. */
    abstract static class OnLog implements Callable<Integer> {
        @Mixin
        private ConfigOptions config = new ConfigOptions();

        @CommandLine.Spec
        protected CommandLine.Model.@Nullable CommandSpec spec;

        protected Settings settings() {
            return config.settings();
        }

        protected abstract int run(CommonConfig common, SchemaTopic schemas, ModelLog log) throws IOException;

        @Override
        public Integer call() throws IOException {
            return onLog(
                    settings(),
                    ConfigOptions.reach(settings(), TopicCatalogue::modelUpdates, TopicCatalogue::schemas),
                    this::run);
        }
    }

    @Command(name = "list", description = "List the versions.", mixinStandardHelpOptions = true)
    static final class ListVersions extends OnLog {
        @Option(names = "--json", description = "Print each version's event as a line of JSON.")
        private boolean json;

        @Override
        protected int run(CommonConfig common, SchemaTopic schemas, ModelLog log) {
            List<ModelUpdate> updates =
                    log.list().stream().map(ModelVersion::update).toList();
            if (json) {
                updates.forEach(update -> Console.println(spec, VersionTable.json(update)));
            } else {
                Console.println(spec, VersionTable.renderWithReasons(updates));
            }
            return CommandLine.ExitCode.OK;
        }
    }

    @Command(name = "show", description = "Show all that is known of a version.", mixinStandardHelpOptions = true)
    static final class Show extends OnLog {
        @Parameters(
                paramLabel = "VERSION",
                arity = "0..1",
                defaultValue = PROMOTED,
                description = "Default: ${DEFAULT-VALUE}.")
        private String version = PROMOTED;

        @Option(names = "--json", description = "Print its event as a line of JSON.")
        private boolean json;

        @Override
        protected int run(CommonConfig common, SchemaTopic schemas, ModelLog log) {
            ModelUpdate update = find(spec, log, version).update();
            Console.println(spec, json ? VersionTable.json(update) : VersionTable.details(update));
            return CommandLine.ExitCode.OK;
        }
    }

    @Command(
            name = "watch",
            description = "Print each version as it comes, until Ctrl-C.",
            mixinStandardHelpOptions = true)
    static final class Watch implements Callable<Integer> {
        @Mixin
        private ConfigOptions config = new ConfigOptions();

        @Option(names = "--all", description = "Begin with the versions that are there.")
        private boolean all;

        @CommandLine.Spec
        private CommandLine.Model.@Nullable CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Settings settings = config.settings();
            CommonConfig common = CommonConfig.from(settings);
            try (ShutdownSignal signal = ShutdownSignal.listen()) {
                BrokerConnection broker = BrokerConnection.ofRole(common, signal::isRequested);
                broker.requireTopics(
                        List.of(common.topics().modelUpdates(), common.topics().schemas()));
                try (BrokerWatch watch = BrokerWatch.start(common)) {
                    return onLog(settings, common, (known, schemas, log) -> follow(log, signal));
                }
            }
        }

        private int follow(ModelLog log, ShutdownSignal signal) {
            var stopper = new Thread(() -> stopOn(signal, log), "rangestream-watch-stop");
            stopper.setDaemon(true);
            stopper.start();
            Console.println(spec, VersionTable.header());
            if (all) {
                log.list().forEach(version -> Console.println(spec, VersionTable.row(version.update())));
            }
            log.watch(version -> Console.println(spec, VersionTable.row(version.update())));
            return CommandLine.ExitCode.OK;
        }

        private static void stopOn(ShutdownSignal signal, ModelLog log) {
            try {
                while (!signal.await(Duration.ofHours(1))) {
                    continue;
                }
                log.stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Command(
            name = "fetch",
            description = "Fetch a version's weights, verify them, write them to a file.",
            mixinStandardHelpOptions = true)
    static final class Fetch extends OnLog {
        @Parameters(
                paramLabel = "VERSION",
                arity = "0..1",
                defaultValue = PROMOTED,
                description = "Default: ${DEFAULT-VALUE}.")
        private String version = PROMOTED;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FILE",
                description = "File to write (default: MODEL-VERSION.onnx).")
        private @Nullable Path output;

        @Override
        protected int run(CommonConfig common, SchemaTopic schemas, ModelLog log) throws IOException {
            ModelVersion found = find(spec, log, version);
            Path file = output == null
                    ? Path.of("%s-%d.%s"
                            .formatted(
                                    found.model(),
                                    found.version(),
                                    found.update().getArtifact().getFormat()))
                    : output;
            ClientConfig client = ClientConfig.from(settings());
            try (ArtifactFetcher fetcher =
                    ArtifactFetcher.of(common, schemas, client.fetchTimeout(), client.claimCheck())) {
                fetcher.fetchTo(found, file);
            }
            Console.println(
                    spec,
                    "%s: version %d, %,d bytes, sha256 %s verified"
                            .formatted(
                                    file,
                                    found.version(),
                                    found.update().getArtifact().getBytes(),
                                    found.sha256()));
            return CommandLine.ExitCode.OK;
        }
    }

    @Command(
            name = "keygen",
            description = {
                "Make an Ed25519 key pair: FILE for the learner (publish.signing.key), FILE.pub for its followers"
                        + " (client.trusted.keys)."
            },
            mixinStandardHelpOptions = true)
    static final class KeyGeneration implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "Private key to write; never replaced.")
        private Path file = Path.of("");

        @CommandLine.Spec
        private CommandLine.Model.@Nullable CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Path publicFile = file.resolveSibling(file.getFileName() + ".pub");
            SigningKey.generate(file, publicFile);
            Console.println(spec, "%s: private, keep it to the learner%n%s: public".formatted(file, publicFile));
            return CommandLine.ExitCode.OK;
        }
    }
}
