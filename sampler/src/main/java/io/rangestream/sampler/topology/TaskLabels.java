package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.LabelChecks;
import io.rangestream.sampler.config.LabelChecks.Conflict;
import io.rangestream.sampler.internal.buffer.LabelState;
import io.rangestream.sampler.internal.buffer.RecentPictures;
import io.rangestream.sampler.internal.buffer.RecentPictures.Finding;
import io.rangestream.sampler.internal.intake.RejectedFaceException;
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

    /** A picture that was looked up and may be remembered. */
    record Looked(long content, long identity, long rank, Finding finding) {}

    TaskLabels(LabelChecks checks, KeyValueStore<Bytes, byte[]> store, TaskBoard board) {
        this.conflict = checks.conflict();
        this.pictures = new RecentPictures(store, checks.window());
        this.board = board;
    }

    /**
     * Looks a face's picture up; nothing changes.
     *
     * @param isCorrection whether an operator gives the picture its identity
     * @throws RejectedFaceException if it is known under another identity and refused for that
     */
    Looked look(Request.Add face, long rank, boolean isCorrection) {
        if (!pictures.isOn()) {
            return new Looked(0, 0, rank, Finding.NEW);
        }
        long content = RecentPictures.checksum(face.face().getImage());
        long identity = identity(face.identity());
        Finding finding = pictures.find(content, identity, rank);
        if (finding == Finding.OTHER_IDENTITY && conflict == Conflict.REFUSE && !isCorrection) {
            board.count(Event.LABEL_CONFLICT);
            throw new RejectedFaceException(
                    "the same picture came under another identity (%s=refuse)".formatted(LabelChecks.CONFLICT));
        }
        return new Looked(content, identity, rank, finding);
    }

    /** Remembers a face that turned out to be new. */
    LabelState taken(LabelState before, Looked face) {
        if (!pictures.isOn()) {
            return before;
        }
        if (face.finding() != Finding.NEW) {
            board.count(face.finding() == Finding.OTHER_IDENTITY ? Event.LABEL_CONFLICT : Event.REPEATED_PICTURE);
        }
        if (face.finding() == Finding.NEW) {
            pictures.add(before.pictures(), face.content(), face.identity(), face.rank());
        }
        return before.noted(face.finding());
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
