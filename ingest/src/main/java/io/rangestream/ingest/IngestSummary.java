package io.rangestream.ingest;

import io.rangestream.ingest.source.Reason;
import io.rangestream.ingest.source.Rejections;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an ingest did. Crops are those that the broker has acknowledged.
 *
 * @param complete false if it was stopped before its end
 * @param found files of the source
 * @param notAskedFor of them, what {@code --identities} or the limit left out
 * @param identities different identities sent
 * @param crops crops sent
 * @param bytes their encoded images together
 * @param cropsPerIdentity how they are spread
 * @param rejected files not sent, by reason
 * @param identitiesNotFound identities asked for that the source does not have
 * @param notes how the source's paths were understood, what was scaled down and what looks odd, a line each
 * @param seconds from the first crop to the last acknowledgement
 */
public record IngestSummary(
        boolean complete,
        long found,
        long notAskedFor,
        int identities,
        long crops,
        long bytes,
        Quantiles cropsPerIdentity,
        Map<Reason, Rejections.Entry> rejected,
        int identitiesNotFound,
        List<String> notes,
        double seconds) {
    public IngestSummary {
        var copy = new EnumMap<Reason, Rejections.Entry>(Reason.class);
        copy.putAll(rejected);
        rejected = Collections.unmodifiableMap(copy);
        notes = List.copyOf(notes);
    }

    /** Crops per second. */
    public double facesPerSecond() {
        return seconds > 0 ? crops / seconds : 0;
    }

    /** Files not sent, whatever the reason. */
    public long rejectedTotal() {
        return rejected.values().stream().mapToLong(Rejections.Entry::count).sum();
    }

    /** Files that were wanted but neither sent nor rejected, since it was stopped. */
    public long notReached() {
        return found - notAskedFor - crops - rejectedTotal();
    }

    /** Several lines for people, without a line break at the end. */
    public String render() {
        var text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s %,d crops of %,d identities, %.1f MB, in %.1f s (%,.0f faces/s)",
                complete ? "sent" : "stopped early: sent",
                crops,
                identities,
                bytes / 1e6,
                seconds,
                facesPerSecond()));
        text.append(
                String.format(Locale.ROOT, "\nfound %,d files: %,d sent, %,d not sent", found, crops, rejectedTotal()));
        if (notAskedFor > 0) {
            text.append(String.format(Locale.ROOT, ", %,d not asked for", notAskedFor));
        }
        if (notReached() > 0) {
            text.append(String.format(Locale.ROOT, ", %,d not reached", notReached()));
        }
        notes.forEach(note -> text.append('\n').append(note));
        if (identities > 0) {
            text.append("\ncrops per identity: ").append(cropsPerIdentity);
        }
        if (identitiesNotFound > 0) {
            text.append(String.format(Locale.ROOT, "\n%,d identities asked for are not there", identitiesNotFound));
        }
        if (rejectedTotal() > 0) {
            text.append(String.format(Locale.ROOT, "\nnot sent: %,d", rejectedTotal()));
            rejected.forEach((reason, entry) -> {
                text.append(String.format(Locale.ROOT, "\n  %,d: %s", entry.count(), reason.text()));
                entry.samples().forEach(sample -> text.append("\n    ").append(sample));
                if (entry.count() > entry.samples().size()) {
                    text.append("\n    ...");
                }
            });
        }
        return text.toString();
    }
}
