package io.rangestream.app.command;

import io.rangestream.app.correction.ErasureWatch;
import io.rangestream.app.correction.Relabelling;
import io.rangestream.app.correction.RetractionWatch;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.identity.NameRule;
import io.rangestream.schemas.topics.TopicCatalogue;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves faces from one identity to another. */
@Command(
        name = "relabel",
        description = {
            "Move an identity's faces, or one of them, to another identity.",
            "They are sent again under the new label, from buffers, holdout and the faces topic, and then taken back under"
                    + " the old one; cut off before that, it can be repeated."
        },
        mixinStandardHelpOptions = true)
final class RelabelCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Mixin
    private WaitOptions waiting = new WaitOptions();

    @Parameters(index = "0", paramLabel = "FROM", description = "Whose faces they were.")
    private String from = "";

    @Parameters(index = "1", paramLabel = "TO", description = "Whose faces they are.")
    private String to = "";

    @Option(names = "--face", paramLabel = "FACE_ID", description = "Move this one face only.")
    private @Nullable String face;

    @Option(names = "--dry-run", description = "Say what would be moved, and move nothing.")
    private boolean dryRun;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        from = Console.name(spec, NameRule.IDENTITY, from);
        to = Console.name(spec, NameRule.IDENTITY, to);
        face = face == null ? null : Console.name(spec, NameRule.FACE_ID, face);
        if (from.equals(to)) {
            throw new CommandLine.ParameterException(Console.of(spec), "both are the same identity");
        }
        Settings settings = config.settings();
        CommonConfig common = ConfigOptions.reach(
                settings,
                TopicCatalogue::faces,
                TopicCatalogue::facesHoldout,
                TopicCatalogue::batches,
                TopicCatalogue::learnerProgress,
                TopicCatalogue::schemas);
        SamplerConfig sampler = SamplerConfig.from(settings);
        try (var relabelling = new Relabelling(common, sampler, from)) {
            if (face != null && !relabelling.has(face)) {
                throw new IllegalStateException("no such face is in the buffers, the holdout or the faces topic");
            }
            if (dryRun) {
                int count = face == null ? relabelling.faces() : 1;
                Console.println(spec, "%d faces would be moved".formatted(count));
            } else if (face == null) {
                if (relabelling.faces() == 0) {
                    throw new IllegalStateException(
                            "nothing was moved: nobody of the name FROM has a face in the buffers,"
                                    + " the holdout or the faces topic");
                }
                moveAll(relabelling, common);
                Console.println(spec, "%d faces were moved".formatted(relabelling.moved()));
            } else {
                move(relabelling, face, common, sampler);
                Console.println(spec, waiting.waits() ? "1 face was moved" : "1 face was sent, the move is ordered");
            }
        }
        return CommandLine.ExitCode.OK;
    }

    private void moveAll(Relabelling relabelling, CommonConfig common) throws InterruptedException {
        try (ErasureWatch watch = ErasureWatch.open(common)) {
            Map<Integer, Long> erasure = relabelling.moveAll(to);
            if (waiting.waits()) {
                waiting.requireDone(watch.await(from, erasure, waiting.timeout(), line -> Console.println(spec, line)));
                Console.println(spec, watch.found());
            }
        }
    }

    private void move(Relabelling relabelling, String faceId, CommonConfig common, SamplerConfig sampler)
            throws InterruptedException {
        try (RetractionWatch watch = RetractionWatch.open(common, sampler)) {
            Map<Integer, Long> retraction = relabelling.move(faceId, to);
            if (waiting.waits()) {
                waiting.requireTaken(watch, List.of(retraction));
                if (watch.found(retraction).isEmpty()) {
                    throw new IllegalStateException(
                            "no task has or remembers such a face of FROM, so nothing was taken back; it was sent under TO");
                }
            }
        }
    }
}
