package io.rangestream.app.command;

import io.rangestream.app.correction.ErasureWatch;
import io.rangestream.app.correction.FaceOrders;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.identity.NameRule;
import io.rangestream.schemas.topics.TopicCatalogue;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Orders that an identity be forgotten, and waits until it is. */
@Command(
        name = "erase",
        description = {
            "Have an identity forgotten by the buffers, the holdout and the model's head, and say when it is.",
            "The order goes to every partition of faces, since a foreign producer may have put the person anywhere."
                    + " Who is unknown is complied with as well. docs/erasure.md says what remains where, and how long."
        },
        mixinStandardHelpOptions = true)
final class EraseCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Mixin
    private WaitOptions waiting = new WaitOptions();

    @Parameters(paramLabel = "IDENTITY", description = "Who is to be forgotten.")
    private String identity = "";

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        String name = Console.name(spec, NameRule.IDENTITY, identity);
        CommonConfig common = ConfigOptions.reach(
                config.settings(),
                TopicCatalogue::faces,
                TopicCatalogue::batches,
                TopicCatalogue::learnerProgress,
                TopicCatalogue::schemas);
        try (FaceOrders orders = FaceOrders.connect(common);
                ErasureWatch watch = ErasureWatch.open(common)) {
            Map<Integer, Long> ordered = orders.everywhere(name, null);
            Console.println(
                    spec,
                    "ordered on %d partitions of %s"
                            .formatted(ordered.size(), common.topics().faces()));
            if (waiting.waits()) {
                waiting.requireDone(watch.await(name, ordered, waiting.timeout(), line -> Console.println(spec, line)));
                Console.println(spec, watch.found());
                Console.println(spec, "erased: every task and the learner have complied");
            }
        }
        return CommandLine.ExitCode.OK;
    }
}
