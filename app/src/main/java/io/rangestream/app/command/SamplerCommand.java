package io.rangestream.app.command;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.app.health.HealthConfig;
import io.rangestream.app.health.IdentitiesPage;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.Settings;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.streams.StreamsConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs a sampler until it is told to end. */
@Command(
        name = "sampler",
        description = "Run a sampler: keep buffers of faces, draw batches. Several share the partitions of faces.",
        mixinStandardHelpOptions = true)
final class SamplerCommand implements Callable<Integer> {
    private static final String APPLICATION_SERVER = Settings.KAFKA_PREFIX + StreamsConfig.APPLICATION_SERVER_CONFIG;

    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Override
    public Integer call() throws InterruptedException {
        Settings given = config.settings();
        // Where the other samplers' /identities point to; an operator's own application.server goes first.
        Settings settings = HealthConfig.from(given)
                .advertised()
                .map(address -> given.orElse(Settings.of(Map.of(APPLICATION_SERVER, address))))
                .orElse(given);
        try (ShutdownSignal signal = ShutdownSignal.listen();
                RoleRun run = RoleRun.begin(settings, signal);
                Sampler sampler = Sampler.start(run.common(), SamplerConfig.from(settings), run.broker())) {
            run.await(
                    sampler::isLive,
                    sampler::isReady,
                    sampler::remarks,
                    sampler,
                    Map.of("/identities", new IdentitiesPage(sampler)));
            if (sampler.failure().isPresent()) {
                throw new RoleFailedException("sampler", sampler.failure().get());
            }
        }
        return CommandLine.ExitCode.OK;
    }
}
