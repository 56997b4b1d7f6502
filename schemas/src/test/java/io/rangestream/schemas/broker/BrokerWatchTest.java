package io.rangestream.schemas.broker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerWatchTest {
    @Test
    void aNameThatDoesNotResolveIsAnOutageAndLookedUpAgain() throws InterruptedException {
        CommonConfig common =
                CommonConfig.from(Settings.of(Map.of(CommonConfig.BOOTSTRAP_SERVERS, "no-such-host.invalid:9092")));
        try (var watch = BrokerWatch.start(common)) {
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (watch.outage().isEmpty() && System.nanoTime() < end) {
                Thread.sleep(50);
            }
            String outage = watch.outage().orElse("");
            assertTrue(outage.contains("the name no-such-host.invalid does not resolve"), outage);
        }
    }
}
