package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.LabelChecks;
import io.rangestream.sampler.config.LabelChecks.Conflict;
import io.rangestream.sampler.internal.buffer.LabelState;
import io.rangestream.sampler.internal.buffer.RecentPictures;
import io.rangestream.sampler.internal.buffer.RecentPictures.Finding;
import io.rangestream.sampler.internal.intake.Request;
import io.rangestream.sampler.topology.TaskBoard.Event;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/** Looks for pictures that a task has under two identities, or under two face_ids of one. Not thread-safe. */
final class TaskLabels {
    private final Conflict conflict;
    private final RecentPictures pictures;
    private final TaskBoard board;

    /** A picture that was looked up and may be remembered, and what of it counts. */
    record Looked(long content, long identity, long rank, Finding finding) {}

    TaskLabels(LabelChecks checks, KeyValueStore<Bytes, byte[]> store, TaskBoard board) {
        this.conflict = checks.conflict();
        this.pictures = new RecentPictures(store, checks.window());
        this.board = board;
    }

    /**
     * Looks a face's picture up; nothing changes.
     *
     * @param isCorrection whether an operator gives the picture its identity, which is then no conflict
     */
    Looked look(Request.Add face, long rank, boolean isCorrection) {
        if (!pictures.isOn()) {
            return new Looked(0, 0, rank, Finding.NEW);
        }
        long content = RecentPictures.checksum(face.face().getImage());
        long identity = identity(face.identity());
        Finding finding = pictures.find(content, identity, rank);
        boolean isSettled = isCorrection && finding == Finding.OTHER_IDENTITY;
        return new Looked(content, identity, rank, isSettled ? Finding.NEW : finding);
    }

    /** Whether a face is not to be taken in, as its picture is known under another identity. */
    boolean refuses(Looked face) {
        return face.finding() == Finding.OTHER_IDENTITY && conflict == Conflict.REFUSE;
    }

    /** Counts a face that is refused. */
    LabelState refused(LabelState before) {
        board.count(Event.LABEL_CONFLICT);
        return before.refused();
    }

    /** Remembers a face that was taken in, whatever was found: what is there already may be taken back before it. */
    LabelState taken(LabelState before, Looked face) {
        if (!pictures.isOn()) {
            return before;
        }
        if (face.finding() != Finding.NEW) {
            board.count(face.finding() == Finding.OTHER_IDENTITY ? Event.LABEL_CONFLICT : Event.REPEATED_PICTURE);
        }
        pictures.add(before.pictures(), face.content(), face.identity(), face.rank());
        return before.noted(face.finding());
    }

    /** Removes what another window left in the store; to be called with each record in hand, before anything else. */
    void settle() {
        pictures.removeStale();
    }

    void retract(long rank) {
        pictures.retract(rank);
    }

    void erase(String identity) {
        pictures.erase(identity(identity));
    }

    private static long identity(String identity) {
        return RecentPictures.checksum(ByteBuffer.wrap(identity.getBytes(StandardCharsets.UTF_8)));
    }
}
