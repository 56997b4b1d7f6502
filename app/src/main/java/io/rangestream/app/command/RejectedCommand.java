package io.rangestream.app.command;

import io.rangestream.app.correction.FaceOrders;
import io.rangestream.app.correction.Relabelling;
import io.rangestream.app.correction.RetractionWatch;
import io.rangestream.app.rejected.DeadLetter;
import io.rangestream.app.rejected.DeadLetters;
import io.rangestream.avro.LabeledFace;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.SchemaTopic;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the dead letters and sends them once more. */
@Command(
        name = "rejected",
        description =
                "List the records that were refused, send them once more, or take back those that cannot be decoded.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {RejectedCommand.ListLetters.class, RejectedCommand.Replay.class, RejectedCommand.Retract.class})
final class RejectedCommand implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                Console.of(spec), "say what to do with the rejected records: list, replay or retract");
    }

    /** What the subcommands share: which letters are meant. */
    abstract static class OnLetters implements Callable<Integer> {
        @Mixin
        private ConfigOptions config = new ConfigOptions();

        @Option(names = "--reason", paramLabel = "TEXT", description = "Only those whose reason contains this.")
        private String reason = "";

        @Option(
                names = "--from-offset",
                paramLabel = "OFFSET",
                description = "Only those from this offset of faces-rejected on.")
        private long fromOffset;

        @Option(names = "--limit", paramLabel = "N", description = "The oldest N at most (default: all).")
        private long limit = Long.MAX_VALUE;

        @CommandLine.Spec
        protected CommandLine.Model.@Nullable CommandSpec spec;

        protected Settings settings() {
            return config.settings();
        }

        protected CommonConfig common() {
            return ConfigOptions.reach(settings(), TopicCatalogue::facesRejected);
        }

        protected DeadLetters letters() {
            return new DeadLetters(reason, fromOffset, limit);
        }

        protected long print(CommonConfig common) {
            var count = new long[1];
            letters().forEach(common, letter -> {
                if (count[0]++ == 0) {
                    Console.println(
                            spec,
                            "offset  refused                   sent                      bytes  origin  key  reason");
                }
                Console.println(spec, row(letter, common.topics().faces()));
            });
            return count[0];
        }

        private static String row(DeadLetter letter, String faces) {
            String faceId = letter.faceId(faces);
            return "%6d  %-24s  %-24s  %5d  %s  %s  %s%s%s"
                    .formatted(
                            letter.offset(),
                            letter.refusedAt(),
                            letter.sentAt().map(Instant::toString).orElse("-"),
                            letter.bytes(),
                            letter.origin(),
                            letter.key(),
                            letter.reason(),
                            faceId.isEmpty() ? "" : " (face " + faceId + ")",
                            letter.isWhole() || !faceId.isEmpty() ? "" : " (cut)");
        }
    }

    @Command(
            name = "list",
            description = "List refused records with the reason; never what they hold.",
            mixinStandardHelpOptions = true)
    static final class ListLetters extends OnLetters {
        @Override
        public Integer call() {
            long count = print(common());
            Console.println(spec, "%d rejected".formatted(count));
            return CommandLine.ExitCode.OK;
        }
    }

    @Command(
            name = "replay",
            description = {
                "Send refused records to the faces topic once more, as they were, for instance after a limit was raised.",
                "What is refused again is a new dead letter. What was taken in meanwhile is a duplicate as long as the sampler"
                        + " remembers it (buffer.remembered); beyond that it counts as new.",
                "What was retracted, relabelled or erased meanwhile comes back: leave it out by --reason, --from-offset and"
                        + " --limit."
            },
            mixinStandardHelpOptions = true)
    static final class Replay extends OnLetters {
        @Option(names = "--dry-run", description = "List what would be sent, and send nothing.")
        private boolean dryRun;

        @Override
        public Integer call() {
            CommonConfig common = common();
            if (dryRun) {
                Console.println(spec, "%d would be replayed".formatted(print(common)));
                return CommandLine.ExitCode.OK;
            }
            DeadLetters.Replay replay = letters().replay(common);
            Console.println(spec, "%d replayed".formatted(replay.sent()));
            if (replay.cut() > 0) {
                Console.println(
                        spec, "%d left out: too large to be kept whole, or taken in already".formatted(replay.cut()));
            }
            return CommandLine.ExitCode.OK;
        }
    }

    @Command(
            name = "retract",
            description = {
                "Take back the faces that the sampler took in and the learner cannot decode: out of the buffers and the holdout.",
                "Letters of records that the sampler refused are passed over, as there is nothing to take back."
            },
            mixinStandardHelpOptions = true)
    static final class Retract extends OnLetters {
        @Mixin
        private WaitOptions waiting = new WaitOptions();

        @Override
        public Integer call() throws InterruptedException {
            CommonConfig common = common();
            SchemaTopic.publish(
                    common.topics().schemas(), common.clientConfig(), List.of(LabeledFace.getClassSchema()));
            Set<DeadLetters.Face> faces = letters().undecodable(common);
            try (FaceOrders orders = FaceOrders.connect(common);
                    RetractionWatch watch = RetractionWatch.open(common, SamplerConfig.from(settings()))) {
                var ordered = new LinkedHashMap<DeadLetters.Face, Map<Integer, Long>>();
                for (DeadLetters.Face face : faces) {
                    byte[] retraction = Relabelling.retraction(face.identity(), face.faceId());
                    ordered.put(face, orders.everywhere(face.identity(), retraction));
                }
                Console.println(spec, "%d ordered to be taken back".formatted(faces.size()));
                if (!faces.isEmpty() && waiting.waits()) {
                    waiting.requireTaken(watch, List.copyOf(ordered.values()));
                    report(watch, ordered);
                }
            }
            return CommandLine.ExitCode.OK;
        }

        private void report(RetractionWatch watch, Map<DeadLetters.Face, Map<Integer, Long>> ordered) {
            int taken = 0;
            for (Map.Entry<DeadLetters.Face, Map<Integer, Long>> entry : ordered.entrySet()) {
                Map<Integer, String> found = watch.found(entry.getValue());
                taken += found.isEmpty() ? 0 : 1;
                String text = found.isEmpty()
                        ? "no task has or remembers it"
                        : found.entrySet().stream()
                                .map(task -> "found by the task of partition %d: %s"
                                        .formatted(task.getKey(), task.getValue()))
                                .collect(Collectors.joining("; "));
                Console.println(spec, "face %s: %s".formatted(entry.getKey().faceId(), text));
            }
            if (taken == 0) {
                throw new IllegalStateException("nothing was taken back: no task has or remembers such a face");
            }
            Console.println(spec, "%d of %d taken back".formatted(taken, ordered.size()));
        }
    }
}
