package io.rangestream.sampler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private boolean works = true;
    private boolean answers = true;
    private boolean onlyMarkers;
    private final List<String> missing = new ArrayList<>();
    private final Map<Integer, Progress.Position> positions = new TreeMap<>(Map.of(0, new Progress.Position(5, 5)));
    private final Progress progress = new Progress(
            new Watched(),
            new Broker(),
            List.of("faces", "batches"),
            List.of("changelog"),
            Duration.ofSeconds(60),
            new Clock());

    @Test
    void unreadFacesWithoutACommitForTooLongAreSaidUntilThereIsOne() {
        positions.put(0, new Progress.Position(5, 9));
        pass(60);
        assertEquals(Optional.empty(), progress.stuck());
        pass(12);
        assertEquals(
                Optional.of("faces partition 0 is unread from offset 5 on, and nothing was committed for 60 s"),
                progress.stuck().map(line -> line.replaceAll("6. s", "60 s")));

        positions.put(0, new Progress.Position(6, 9));
        pass(6);
        assertEquals(Optional.empty(), progress.stuck());
    }

    @Test
    void aPauseARestoreAndNothingToReadAreNoReason() {
        pass(600);
        assertEquals(Optional.empty(), progress.stuck());

        positions.put(0, new Progress.Position(5, 9));
        works = false;
        pass(600);
        assertEquals(Optional.empty(), progress.stuck());

        works = true;
        onlyMarkers = true;
        pass(600);
        assertEquals(Optional.empty(), progress.stuck());
    }

    @Test
    void threadsThatComeAndGoDoNotBeginTheCountAnew() {
        positions.put(0, new Progress.Position(5, 9));
        for (int i = 0; i < 12; i++) {
            works = true;
            pass(6);
            works = false;
            pass(30);
        }
        assertEquals(true, progress.stuck().isPresent());
    }

    @Test
    void aMissingTopicIsSaidByName() {
        missing.add("batches");
        pass(6);
        assertEquals(Optional.of("missing topics: batches"), progress.stuck());
        missing.clear();
        pass(6);
        assertEquals(Optional.empty(), progress.stuck());
    }

    @Test
    void theInputIsMissedAlsoWhereNoTaskIsLeft() {
        positions.clear();
        missing.add("changelog");
        pass(6);
        assertEquals(Optional.empty(), progress.stuck(), "there may have been none yet");
        missing.add("faces");
        pass(6);
        assertEquals(Optional.of("missing topics: faces"), progress.stuck());
    }

    @Test
    void aBrokerThatIsAwayIsSaidAfterAWhile() {
        answers = false;
        pass(54);
        assertEquals(Optional.empty(), progress.stuck());
        pass(12);
        assertEquals(Optional.of("Kafka has not answered since 2026-01-01T00:00:00Z: no answer"), progress.stuck());
        answers = true;
        pass(6);
        assertEquals(Optional.empty(), progress.stuck());
    }

    private void pass(int seconds) {
        for (int second = 0; second < seconds; second++) {
            progress.tick();
            now = now.plusSeconds(1);
        }
    }

    private final class Clock implements InstantSource {
        @Override
        public Instant instant() {
            return now;
        }
    }

    private final class Watched implements Progress.Application {
        @Override
        public boolean works() {
            return works;
        }

        @Override
        public Set<Integer> partitions() {
            return positions.keySet();
        }
    }

    private final class Broker implements Progress.Input {
        @Override
        public Map<Integer, Progress.Position> positions(Set<Integer> partitions) {
            return positions;
        }

        @Override
        public boolean holdsRecords(int partition, long offset) {
            return !onlyMarkers;
        }

        @Override
        public List<String> missing(Collection<String> topics) {
            if (!answers) {
                throw new TimeoutException("no answer");
            }
            return missing.stream().filter(topics::contains).toList();
        }
    }
}
