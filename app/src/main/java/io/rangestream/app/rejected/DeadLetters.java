package io.rangestream.app.rejected;

import io.rangestream.app.correction.FaceOrders;
import io.rangestream.app.correction.TopicScan;
import io.rangestream.schemas.config.CommonConfig;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Which dead letters are meant.
 *
 * @param reason part of the reason, whatever its case; empty for any
 * @param fromOffset first offset on {@code faces-rejected}
 * @param limit how many at most, the oldest first
 */
public record DeadLetters(String reason, long fromOffset, long limit) {
    /**
     * What a replay did.
     *
     * @param sent letters whose originals were sent
     * @param cut letters that could not be: the original was larger than the topic takes, and only its beginning is kept
     */
    public record Replay(long sent, long cut) {}

    /** A face that the sampler took in and the learner cannot decode. */
    public record Face(String identity, String faceId) {}

    /** Gives each, the oldest first, up to the topic's present end. */
    public void forEach(CommonConfig common, Consumer<DeadLetter> each) {
        var given = new long[1];
        try (var scan = new TopicScan(common, common.topics().facesRejected())) {
            scan.read(scan.ends(), record -> {
                var letter = new DeadLetter(record);
                if (letter.offset() >= fromOffset && matches(letter) && given[0] < limit) {
                    given[0]++;
                    each.accept(letter);
                }
            });
        }
    }

    /**
     * Sends the originals to the faces topic once more: key, value and headers as they were, stamped with
     * now, their own time in a header. What was taken in
     * meanwhile is a duplicate as long as the sampler remembers its face_id ({@code buffer.remembered}) and counts as new
     * beyond that. What was retracted, relabelled or erased meanwhile comes back under the label of its original.
     */
    public Replay replay(CommonConfig common) {
        var sent = new LongAdder();
        var cut = new LongAdder();
        try (FaceOrders orders = FaceOrders.connect(common)) {
            forEach(common, letter -> {
                if (letter.isWhole()) {
                    orders.begin(letter.original(common.topics().faces(), orders.partitions()));
                    sent.increment();
                } else {
                    cut.increment();
                }
            });
            orders.finish();
        }
        return new Replay(sent.sum(), cut.sum());
    }

    /** The faces that the sampler took in and the learner cannot decode, each once. */
    public Set<Face> undecodable(CommonConfig common) {
        var faces = new LinkedHashSet<Face>();
        forEach(common, letter -> {
            String faceId = letter.faceId(common.topics().faces());
            if (!faceId.isEmpty()) {
                letter.identity().ifPresent(identity -> faces.add(new Face(identity, faceId)));
            }
        });
        return faces;
    }

    private boolean matches(DeadLetter letter) {
        return letter.reason().toLowerCase(Locale.ROOT).contains(reason.toLowerCase(Locale.ROOT));
    }
}
