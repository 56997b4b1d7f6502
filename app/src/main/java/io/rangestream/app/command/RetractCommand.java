package io.rangestream.app.command;

import io.rangestream.app.correction.FaceOrders;
import io.rangestream.app.correction.Relabelling;
import io.rangestream.app.correction.RetractionWatch;
import io.rangestream.avro.LabeledFace;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.identity.NameRule;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.SchemaTopic;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes one face back, and waits until the sampler has. */
@Command(
        name = "retract",
        description = {
            "Take back one face that bears a wrong label: out of the buffers or the holdout.",
            "Sent again under the same label it counts as new; 'relabel --face' moves it to another."
        },
        mixinStandardHelpOptions = true)
final class RetractCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Mixin
    private WaitOptions waiting = new WaitOptions();

    @Parameters(index = "0", paramLabel = "IDENTITY", description = "Under whom it was sent.")
    private String identity = "";

    @Parameters(
            index = "1",
            paramLabel = "FACE_ID",
            description = "Its face_id; the SHA-256 of the image where its producer gave none.")
    private String faceId = "";

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        String name = Console.name(spec, NameRule.IDENTITY, identity);
        String face = Console.name(spec, NameRule.FACE_ID, faceId);
        if (face.isEmpty()) {
            throw new CommandLine.ParameterException(Console.of(spec), "the face_id is empty or blank");
        }
        Settings settings = config.settings();
        CommonConfig common = ConfigOptions.reach(settings, TopicCatalogue::faces, TopicCatalogue::schemas);
        try (FaceOrders orders = FaceOrders.connect(common);
                RetractionWatch watch = RetractionWatch.open(common, SamplerConfig.from(settings))) {
            SchemaTopic.publish(
                    common.topics().schemas(), common.clientConfig(), List.of(LabeledFace.getClassSchema()));
            Map<Integer, Long> ordered = orders.everywhere(name, Relabelling.retraction(name, face));
            Console.println(
                    spec,
                    "ordered on %d partitions of %s"
                            .formatted(ordered.size(), common.topics().faces()));
            if (waiting.waits()) {
                waiting.requireTaken(watch, List.of(ordered));
                if (watch.found(ordered).isEmpty()) {
                    throw new IllegalStateException(
                            "nothing was taken back: no task has or remembers such a face of this identity");
                }
                watch.found(ordered)
                        .forEach((partition, text) -> Console.println(
                                spec, "found by the task of partition %d: %s".formatted(partition, text)));
                Console.println(spec, "taken back");
            }
        }
        return CommandLine.ExitCode.OK;
    }
}
