package io.rangestream.app.command;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs a sampler until it is told to end. */
@Command(
        name = "sampler",
        description = "Run a sampler: keep buffers of faces, draw batches. Several share the partitions of faces.",
        mixinStandardHelpOptions = true)
final class SamplerCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = config.settings();
        try (ShutdownSignal signal = ShutdownSignal.listen();
                Sampler sampler = Sampler.start(CommonConfig.from(settings), SamplerConfig.from(settings))) {
            new RoleRun(sampler::isLive, sampler::isReady, sampler).await(signal, settings);
            if (sampler.failure().isPresent()) {
                throw new RoleFailedException("sampler", sampler.failure().get());
            }
        }
        return CommandLine.ExitCode.OK;
    }
}
