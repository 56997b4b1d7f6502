package io.rangestream.app;

import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Path;

/** {@code rangestream learner} in a JVM of its own, logging as it does for users. */
final class LearnerProcess extends RoleProcess {

    /** @param directory of its log */
    LearnerProcess(Settings settings, Path directory) throws IOException {
        super("learner", settings, directory.resolve("log"), "-Xmx512m", "-Dlogback.configurationFile=logback.xml");
    }
}
