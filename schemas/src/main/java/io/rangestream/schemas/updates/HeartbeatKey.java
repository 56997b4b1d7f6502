package io.rangestream.schemas.updates;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The key of a model's heartbeats, {@code MODEL/heartbeat}: no version is called that, so that who does not know of them passes them over. */
public final class HeartbeatKey {
    private static final String NAME = "/heartbeat";

    private HeartbeatKey() {}

    public static String of(String model) {
        return model + NAME;
    }

    static boolean names(String model, byte @Nullable [] key) {
        return Arrays.equals(of(model).getBytes(StandardCharsets.UTF_8), key);
    }
}
