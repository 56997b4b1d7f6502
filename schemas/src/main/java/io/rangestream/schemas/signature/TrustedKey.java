package io.rangestream.schemas.signature;

import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * A key whose events count, and which of them. Thread-safe.
 *
 * @param name to tell it from others: the first eight digits of the SHA-256 of the public key
 * @param own whether the one who reads signs with it
 * @param firstEvent the first event of it that counts
 * @param lastEvent the last event of it that counts; 0 if none does
 * @param verifies whether it made a signature of a statement
 */
public record TrustedKey(
        String name, boolean own, long firstEvent, long lastEvent, BiPredicate<byte[], byte[]> verifies) {
    static final long NO_END = Long.MAX_VALUE;

    /** Why an event with this number does not count although this key signed it; empty if it does. */
    public Optional<String> objection(long eventNumber) {
        if (eventNumber < firstEvent) {
            return Optional.of(
                    "it is event %d, and key %s is trusted from event %d on".formatted(eventNumber, name, firstEvent));
        }
        if (eventNumber > lastEvent || lastEvent == 0) {
            return Optional.of(
                    "it is event %d, and key %s is trusted up to event %d".formatted(eventNumber, name, lastEvent));
        }
        return Optional.empty();
    }

    TrustedKey asOwn() {
        return new TrustedKey(name, true, firstEvent, lastEvent, verifies);
    }
}
