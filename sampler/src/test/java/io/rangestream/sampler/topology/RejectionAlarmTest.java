package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.sampler.config.RejectionLimit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class RejectionAlarmTest {
    private final TaskBoard board = new TaskBoard();

    @Test
    void isRaisedAtTheLimitAndEndsBelowHalfOfIt() {
        RejectionAlarm alarm = alarm(0.8, 10);
        accept(alarm, 2);
        reject(alarm, 7);
        assertEquals(Map.of(), board.alarms(), "the window is not full");

        reject(alarm, 1);
        String line = "faces partition 3: 8 of the last 10 records were refused, the last because: too large";
        assertEquals(Map.of("0_3", line), board.alarms());

        accept(alarm, 6);
        assertEquals(1, board.alarms().size(), "four of ten are still refused");
        accept(alarm, 1);
        assertEquals(Map.of(), board.alarms());

        reject(alarm, 4);
        assertEquals(Map.of(), board.alarms());
        reject(alarm, 4);
        assertEquals(1, board.alarms().size(), "and is raised again");
    }

    @Test
    void isNeverRaisedWithoutAWindow() {
        reject(alarm(0.5, 0), 5_000);
        assertEquals(Map.of(), board.alarms());
    }

    @Test
    void junkStopsNothingAndIsAllKept() {
        try (var sampler = new SamplerHarness(Faces.config("rejected.alarm.window", 20, "rejected.alarm.share", 1))) {
            byte[] ann = "ann".getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 3_000; i++) {
                sampler.send(ann, "junk".getBytes(StandardCharsets.UTF_8), new RecordHeaders());
            }
            assertEquals(List.of("0_0"), List.copyOf(sampler.board.alarms().keySet()));
            assertEquals(3_000, sampler.letters.size());

            for (int i = 0; i < 20; i++) {
                sampler.add("ann", "" + i);
            }
            assertTrue(sampler.board.alarms().isEmpty());
            assertEquals(20, sampler.board.counted(TaskBoard.Event.ACCEPTED));
        }
    }

    private RejectionAlarm alarm(double share, int window) {
        return new RejectionAlarm(new RejectionLimit(share, window), board, "0_3", 3);
    }

    private static void accept(RejectionAlarm alarm, int times) {
        for (int i = 0; i < times; i++) {
            alarm.accepted();
        }
    }

    private static void reject(RejectionAlarm alarm, int times) {
        for (int i = 0; i < times; i++) {
            alarm.rejected("too large");
        }
    }
}
