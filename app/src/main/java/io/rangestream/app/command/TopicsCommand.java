package io.rangestream.app.command;

import io.rangestream.schemas.broker.BrokerConnection;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.topics.TopicAdmin;
import io.rangestream.schemas.topics.TopicAdmin.TopicState;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Creates and describes the topics. */
@Command(
        name = "topics",
        description = "Create or describe the topics of a deployment.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TopicsCommand.Create.class, TopicsCommand.Describe.class})
final class TopicsCommand implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                Console.of(spec), "say what to do with the topics: create or describe");
    }

    @Command(
            name = "create",
            description = "Create the topics that do not exist; leave the others as they are.",
            mixinStandardHelpOptions = true)
    static final class Create implements Callable<Integer> {
        @Mixin
        private ConfigOptions config = new ConfigOptions();

        @Option(names = "--partitions", paramLabel = "N", description = "Partitions of faces (topic.faces.partitions).")
        private @Nullable Integer partitions;

        @Option(
                names = "--replication-factor",
                paramLabel = "N",
                description = "Replicas of each partition (topic.replication.factor).")
        private @Nullable Short replicationFactor;

        @CommandLine.Spec
        private CommandLine.Model.@Nullable CommandSpec spec;

        @Override
        public Integer call() {
            var settings = config.settings();
            if (partitions != null) {
                settings = settings.with(CommonConfig.TOPIC_PARTITIONS, partitions);
            }
            if (replicationFactor != null) {
                settings = settings.with(CommonConfig.TOPIC_REPLICATION_FACTOR, replicationFactor);
            }
            CommonConfig common = CommonConfig.from(settings);
            List<TopicState> states = BrokerConnection.ofRole(common, () -> false)
                    .await()
                    .call(() -> {
                        try (var admin = new TopicAdmin(common.clientConfig())) {
                            return admin.create(common.topics(), common.replicationFactor());
                        }
                    });
            print(Console.of(spec).getOut(), states);
            return CommandLine.ExitCode.OK;
        }
    }

    @Command(
            name = "describe",
            description = "Show the topics and where they differ from what is wanted.",
            mixinStandardHelpOptions = true)
    static final class Describe implements Callable<Integer> {
        @Mixin
        private ConfigOptions config = new ConfigOptions();

        @CommandLine.Spec
        private CommandLine.Model.@Nullable CommandSpec spec;

        @Override
        public Integer call() {
            CommonConfig common = ConfigOptions.reach(config.settings());
            try (var admin = new TopicAdmin(common.clientConfig())) {
                List<TopicState> states = admin.describe(common.topics());
                print(Console.of(spec).getOut(), states);
                return states.stream().allMatch(TopicState::exists)
                        ? CommandLine.ExitCode.OK
                        : CommandLine.ExitCode.SOFTWARE;
            }
        }
    }

    private static void print(PrintWriter out, List<TopicState> states) {
        out.printf("%-28s %10s %8s  %-8s %s%n", "topic", "partitions", "replicas", "", "purpose");
        for (TopicState state : states) {
            out.printf(
                    "%-28s %10s %8s  %-8s %s%n",
                    state.spec().name(),
                    state.exists() ? state.partitions() : "-",
                    state.exists() ? state.replicationFactor() : "-",
                    state.created() ? "created" : state.exists() ? "" : "missing",
                    state.spec().purpose());
            if (state.exists()) {
                state.differences().forEach(difference -> out.println("    " + difference));
            }
        }
        out.flush();
    }
}
