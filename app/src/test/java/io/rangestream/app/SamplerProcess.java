package io.rangestream.app;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Path;

/** {@code rangestream sampler} in a JVM of its own. */
final class SamplerProcess extends RoleProcess {

    /** @param directory of its state and its log; kept when it is killed */
    SamplerProcess(Settings settings, Path directory) throws IOException {
        super(
                "sampler",
                settings.with(SamplerConfig.STATE_DIR, directory.resolve("state")),
                directory.resolve("log"),
                "-Xmx256m",
                "-Dlogback.configurationFile=logback.xml");
    }
}
