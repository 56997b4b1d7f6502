package io.rangestream.app.command;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.config.Settings;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs a learner until it is told to end. */
@Command(
        name = "learner",
        description = "Run a learner: train on the batches, publish versions. Several form a group; one trains.",
        mixinStandardHelpOptions = true)
final class LearnerCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = config.settings();
        try (ShutdownSignal signal = ShutdownSignal.listen();
                RoleRun run = RoleRun.begin(settings, signal);
                Learner learner = Learner.start(run.common(), LearnerConfig.from(settings), run.broker())) {
            run.await(learner::isLive, learner::isReady, learner::remarks, learner, Map.of());
            if (learner.failure().isPresent()) {
                throw new RoleFailedException("learner", learner.failure().get());
            }
        }
        return CommandLine.ExitCode.OK;
    }
}
