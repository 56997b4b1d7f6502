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

/** Gives the learner an order, and says what became of it. */
abstract class OrderCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Mixin
    private WaitOptions waiting = new WaitOptions();

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why; it stands in the order, and in the events of the versions that it changes.")
    private String reason = "";

    @CommandLine.Spec
    protected CommandLine.Model.@Nullable CommandSpec spec;

    /** Adds to an order what is to be done. */
    abstract void say(ModelOrder.Builder order);

    @Override
    public Integer call() {
        Settings settings = config.settings();
        CommonConfig common = CommonConfig.from(settings);
        ModelOrder.Builder builder = ModelOrder.newBuilder()
                .setModel(common.model())
                .setOrderId(UUID.randomUUID().toString())
                .setVersion(0)
                .setExpectedVersion(0)
                .setReason(reason)
                .setIssuedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS));
        say(builder);
        ModelOrder order = builder.build();
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

    /** Orders what is to become of a version. */
    abstract static class OfVersion extends OrderCommand {
        @Parameters(paramLabel = "VERSION", description = "The version to serve.")
        private long version;

        @Option(
                names = "--expect",
                required = true,
                paramLabel = "CURRENT",
                description = "The version that is promoted now, 0 for none; if another is, the order is refused.")
        private long expected;

        abstract OrderKind kind();

        /** The version to resume training from; 0 to leave training as it is. */
        abstract long resumeFrom(long target);

        @Override
        void say(ModelOrder.Builder order) {
            if (version < 1 || expected < 0) {
                throw new CommandLine.ParameterException(Console.of(spec), "versions are counted from 1");
            }
            order.setKind(kind())
                    .setVersion(version)
                    .setExpectedVersion(expected)
                    .setResumeFrom(resumeFrom(version));
        }
    }

    @Command(
            name = "promote",
            description = {
                "Promote a version: one that waits for approval, that was rejected, or that was rolled back.",
                "The running learner does it; the command itself where none is in the group. docs/models.md has more."
            },
            mixinStandardHelpOptions = true)
    static final class Promote extends OfVersion {
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
    static final class Rollback extends OfVersion {
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

    @Command(
            name = "go-on",
            description = {
                "Have training go on although batches are missing from the batches topic, or cannot be read.",
                "Only when the learner says so: its log names the sampler task and the batch. The running learner does it, once."
            },
            mixinStandardHelpOptions = true)
    static final class GoOn extends OrderCommand {
        @Parameters(index = "0", paramLabel = "TASK", description = "The sampler task, as 0_3.")
        private String task = "";

        @Parameters(index = "1", paramLabel = "BATCH", description = "The task's batch to go on with.")
        private long sequence;

        @Override
        void say(ModelOrder.Builder order) {
            if (!task.matches("[0-9]+_[0-9]+") || sequence < 1) {
                throw new CommandLine.ParameterException(
                        Console.of(spec), "a sampler task is named like 0_3, and its batches are counted from 1");
            }
            order.setKind(OrderKind.GO_ON).setTask(task).setSequence(sequence);
        }
    }
}
