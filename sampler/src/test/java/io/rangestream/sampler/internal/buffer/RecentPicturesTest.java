package io.rangestream.sampler.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.sampler.internal.buffer.RecentPictures.Finding;
import io.rangestream.sampler.topology.SurvivingStores;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class RecentPicturesTest {
    private static final int WINDOW = 150;

    private final KeyValueStore<Bytes, byte[]> store = SurvivingStores.inMemory();
    private RecentPictures pictures = new RecentPictures(store, WINDOW);

    private record Entry(long content, long identity, long rank) {}

    @Test
    void findsWhatAListOfTheLastOnesWouldAlsoAfterARestart() {
        var random = new Random(5);
        Deque<Entry> last = new ArrayDeque<>();
        long number = 0;
        for (int step = 0; step < 5_000; step++) {
            var entry = new Entry(random.nextInt(200), random.nextInt(20), 1 + random.nextInt(2_000));
            Finding finding = pictures.find(entry.content(), entry.identity(), entry.rank());
            assertEquals(expected(last, entry), finding);
            if (finding == Finding.NEW && last.stream().noneMatch(e -> e.equals(entry))) {
                pictures.add(number++, entry.content(), entry.identity(), entry.rank());
                last.addLast(entry);
                if (last.size() > WINDOW) {
                    last.removeFirst();
                }
            }
            if (step % 97 == 0) {
                pictures = new RecentPictures(store, WINDOW);
            }
        }
    }

    @Test
    void whatIsTakenBackOrErasedIsNoLongerFound() {
        pictures.add(0, 7, 1, 10);
        pictures.add(1, 8, 1, 11);
        pictures.add(2, 9, 2, 12);
        pictures.retract(10);
        assertEquals(Finding.NEW, pictures.find(7, 3, 99));
        assertEquals(Finding.OTHER_IDENTITY, pictures.find(8, 3, 99));
        pictures.erase(1);
        pictures = new RecentPictures(store, WINDOW);
        assertEquals(Finding.NEW, pictures.find(8, 3, 99));
        assertEquals(Finding.OTHER_IDENTITY, pictures.find(9, 3, 99));
    }

    @Test
    void anotherWindowBeginsEmptyAndNoneRemembersNothing() {
        pictures.add(0, 7, 1, 10);
        assertEquals(Finding.NEW, new RecentPictures(store, WINDOW + 1).find(7, 3, 99));
        assertEquals(Finding.NEW, new RecentPictures(store, 0).find(7, 3, 99));
    }

    @Test
    void whatAnotherWindowLeftIsRemoved() {
        for (int number = 0; number < WINDOW; number++) {
            pictures.add(number, number, 1, 10 + number);
        }
        assertEquals(3, pages());
        pictures = new RecentPictures(store, 70);
        assertEquals(3, pages(), "nothing is written while a task opens");
        pictures.removeStale();
        assertEquals(0, pages());

        pictures.add(WINDOW, 7, 1, 10);
        pictures = new RecentPictures(store, 70);
        pictures.removeStale();
        assertEquals(1, pages());
        assertEquals(Finding.OTHER_IDENTITY, pictures.find(7, 3, 99));
        new RecentPictures(store, 0).removeStale();
        assertEquals(0, pages());
    }

    @Test
    void otherBytesHaveAnotherChecksum() {
        var random = new Random(1);
        byte[] bytes = new byte[500];
        random.nextBytes(bytes);
        long one = RecentPictures.checksum(ByteBuffer.wrap(bytes));
        bytes[100]++;
        assertEquals(false, one == RecentPictures.checksum(ByteBuffer.wrap(bytes)));
        assertEquals(
                RecentPictures.checksum(ByteBuffer.wrap("ann".getBytes(StandardCharsets.UTF_8))),
                RecentPictures.checksum(ByteBuffer.wrap("ann".getBytes(StandardCharsets.UTF_8))));
    }

    private long pages() {
        return store.approximateNumEntries();
    }

    private static Finding expected(Deque<Entry> last, Entry entry) {
        List<Entry> same = last.stream()
                .filter(other -> other.content() == entry.content())
                .toList();
        if (same.isEmpty() || same.stream().anyMatch(other -> other.rank() == entry.rank())) {
            return Finding.NEW;
        }
        return same.stream().anyMatch(other -> other.identity() != entry.identity())
                ? Finding.OTHER_IDENTITY
                : Finding.SAME_IDENTITY;
    }
}
