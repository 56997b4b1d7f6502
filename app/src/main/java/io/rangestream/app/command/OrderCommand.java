package io.rangestream.app.command;

import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.OrderKind;
import io.rangestream.avro.OrderOutcome;
import io.rangestream.learner.ModelOrders;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Orders what is to become of a version, and says what became of the order. */
abstract class OrderCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Mixin
    private WaitOptions waiting = new WaitOptions();

    @Parameters(paramLabel = "VERSION", description = "The version to serve.")
    private long version;

    @Option(
            names = "--expect",
            required = true,
            paramLabel = "CURRENT",
            description = "The version that is promoted now, 0 for none; if another is, the order is refused.")
    private long expected;

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why; it stands in the versions' events.")
    private String reason = "";

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    abstract OrderKind kind();

    /** The version to resume training from; 0 to leave training as it is. */
    abstract long resumeFrom(long target);

    @Override
    public Integer call() {
        if (version < 1 || expected < 0) {
            throw new CommandLine.ParameterException(Console.of(spec), "versions are counted from 1");
        }
        Settings settings = config.settings();
        CommonConfig common = CommonConfig.from(settings);
        var order = new ModelOrder(
                common.model(),
                UUID.randomUUID().toString(),
                kind(),
                version,
                expected,
                reason,
                resumeFrom(version),
                Instant.now().truncatedTo(ChronoUnit.MILLIS));
        try (ModelOrders orders = ModelOrders.connect(common, LearnerConfig.from(settings))) {
            orders.give(order);
            if (!waiting.waits()) {
                Console.println(spec, "ordered: " + order.getOrderId());
                return CommandLine.ExitCode.OK;
            }
            Optional<OrderOutcome> outcome = orders.await(order.getOrderId(), waiting.timeout());
            OrderOutcome settled = outcome.orElseThrow(() -> new IllegalStateException(
                    "order %s is not settled within %d s; it stands, and the learner settles it later"
                            .formatted(order.getOrderId(), waiting.timeout().toSeconds())));
            if (!settled.getApplied()) {
                throw new IllegalStateException(
                        "order %s is refused: %s".formatted(order.getOrderId(), settled.getMessage()));
            }
            Console.println(spec, "%s (order %s)".formatted(settled.getMessage(), order.getOrderId()));
            return CommandLine.ExitCode.OK;
        }
    }

    @Command(
            name = "promote",
            description = {
                "Promote a version: one that waits for approval, that was rejected, or that was rolled back.",
                "The running learner does it; the command itself where none is in the group. docs/models.md has more."
            },
            mixinStandardHelpOptions = true)
    static final class Promote extends OrderCommand {
        @Override
        OrderKind kind() {
            return OrderKind.PROMOTE;
        }

        @Override
        long resumeFrom(long target) {
            return 0;
        }
    }

    @Command(
            name = "rollback",
            description = {
                "Serve an older version again, and mark the current one as rolled back.",
                "The running learner does it; the command itself where none is in the group. docs/models.md has more."
            },
            mixinStandardHelpOptions = true)
    static final class Rollback extends OrderCommand {
        private static final String TARGET = "0";

        @Option(
                names = "--resume-from",
                arity = "0..1",
                fallbackValue = TARGET,
                paramLabel = "VERSION",
                description = "Have training go on from a version's checkpoint, by default from VERSION's.")
        private @Nullable Long resumeFrom;

        @Override
        OrderKind kind() {
            return OrderKind.ROLL_BACK;
        }

        @Override
        long resumeFrom(long target) {
            if (resumeFrom == null) {
                return 0;
            }
            return resumeFrom == Long.parseLong(TARGET) ? target : resumeFrom;
        }
    }
}
