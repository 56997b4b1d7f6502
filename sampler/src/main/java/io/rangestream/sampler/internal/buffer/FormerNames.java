package io.rangestream.sampler.internal.buffer;

import io.rangestream.schemas.identity.InvalidNameException;
import io.rangestream.schemas.identity.NameRule;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Names in the stores of a task that are not as {@link NameRule} normalises them. 0.1 development builds stored identities as they
 * came; whoever erases or retracts means these, too. Once there are none, a record in the task's store says so, and the
 * stores are not searched again. Not thread-safe.
 */
public final class FormerNames {
    private static final Bytes KEY = Bytes.wrap(new byte[] {'n', 'a', 'm', 'e', 's'});
    private static final byte[] ALL_NORMALISED = {1};

    private final KeyValueStore<Bytes, byte[]> task;
    private final SortedSet<String> nameless = new TreeSet<>();
    private final Map<String, SortedSet<String>> byName = new TreeMap<>();
    private boolean saved;

    /** Searches the stores, unless that was done before and nothing was found. */
    public FormerNames(
            KeyValueStore<Bytes, byte[]> task,
            KeyValueStore<Bytes, byte[]> index,
            KeyValueStore<Bytes, byte[]> holdout) {
        this.task = task;
        saved = task.get(KEY) != null;
        if (!saved) {
            search(index, key -> ByteBuffer.wrap(key));
            search(holdout, HoldoutLedger::identity);
        }
    }

    /** Texts that stand for no name at all, so that no order reaches them. */
    public List<String> nameless() {
        return List.copyOf(nameless);
    }

    /** What an identity may be stored under beside its name. */
    public List<String> of(String identity) {
        return List.copyOf(byName.getOrDefault(identity, new TreeSet<>()));
    }

    /** Nothing of an identity is stored under a former name any more. */
    public void forget(String identity) {
        byName.remove(identity);
    }

    /** Nothing is stored any more under what is no name. */
    public void forgetNameless() {
        nameless.clear();
    }

    /** Notes for later starts that there are none, once that is so. */
    public void save() {
        if (!saved && nameless.isEmpty() && byName.isEmpty()) {
            task.put(KEY, ALL_NORMALISED);
            saved = true;
        }
    }

    private void search(KeyValueStore<Bytes, byte[]> store, Function<byte[], ByteBuffer> nameIn) {
        ByteBuffer last = ByteBuffer.allocate(0);
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<Bytes, byte[]> entry = all.next();
                ByteBuffer name = nameIn.apply(entry.key.get());
                if (!name.equals(last)) {
                    look(StandardCharsets.UTF_8.decode(name.duplicate()).toString());
                    last = name;
                }
            }
        }
    }

    private void look(String stored) {
        try {
            String name = NameRule.IDENTITY.normalise(stored);
            if (!name.equals(stored)) {
                byName.computeIfAbsent(name, n -> new TreeSet<>()).add(stored);
            }
        } catch (InvalidNameException e) {
            nameless.add(stored);
        }
    }
}
