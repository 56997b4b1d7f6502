package io.rangestream.app.rejected;

import io.rangestream.app.correction.FaceOrders;
import io.rangestream.app.correction.Relabelling;
import io.rangestream.app.correction.TopicScan;
import io.rangestream.schemas.config.CommonConfig;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
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

    /**
     * What is to be taken back.
     *
     * @param faces how many
     * @param orders offsets of the last orders, by partition of the faces topic
     */
    public record Retraction(long faces, Map<Integer, Long> orders) {}

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

    /**
     * Takes back the faces that the sampler took in and the learner cannot decode: out of the buffers and the holdout.
     *
     */
    public Retraction retract(CommonConfig common) throws InterruptedException {
        var faces = new LinkedHashSet<Face>();
        forEach(common, letter -> {
            String faceId = letter.faceId(common.topics().faces());
            if (!faceId.isEmpty()) {
                letter.identity().ifPresent(identity -> faces.add(new Face(identity, faceId)));
            }
        });
        Map<Integer, Long> last = Map.of();
        try (FaceOrders orders = FaceOrders.connect(common)) {
            for (Face face : faces) {
                last = orders.everywhere(face.identity(), Relabelling.retraction(face.identity(), face.faceId()));
            }
        }
        return new Retraction(faces.size(), last);
    }

    private record Face(String identity, String faceId) {}

    private boolean matches(DeadLetter letter) {
        return letter.reason().toLowerCase(Locale.ROOT).contains(reason.toLowerCase(Locale.ROOT));
    }
}
