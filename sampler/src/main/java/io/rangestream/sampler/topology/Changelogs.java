package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.buffer.FaceBuffers;
import io.rangestream.sampler.internal.buffer.IdentityStatistics;
import io.rangestream.sampler.internal.buffer.Retraction;
import io.rangestream.sampler.internal.buffer.RetractionLog;
import io.rangestream.schemas.config.CommonConfig;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The changelogs of the tasks' stores, for tools that read them. Each has one partition per faces partition. */
public final class Changelogs {
    private Changelogs() {}

    /**
     * What a task did about an order to take a face back.
     *
     * @param found whether it had the face, or knew it
     * @param text what it had, for people
     */
    public record Answer(boolean found, String text) {}

    /**
     * What a task has of an identity.
     *
     * @param seen distinct training faces that arrived, those included that have left the buffer or were taken back
     * @param kept training faces in the buffer
     */
    public record Buffered(long seen, int kept) {}

    /** The buffered faces: one key per identity and slot, the value a BatchFace as it goes on the wire, null where the slot is empty. */
    public static String faces(CommonConfig common, SamplerConfig config) {
        return topic(common, config, SamplerTopology.FACES_STORE);
    }

    /** Who has been in the buffers: the identity in UTF-8; the value as {@link #buffered} reads it, null for who was erased. */
    public static String identities(CommonConfig common, SamplerConfig config) {
        return topic(common, config, SamplerTopology.INDEX_STORE);
    }

    /** Where the tasks stand, and how they answered retractions. */
    public static String tasks(CommonConfig common, SamplerConfig config) {
        return topic(common, config, SamplerTopology.TASK_STORE);
    }

    /** The identity, UTF-8, in a key of {@link #faces}. */
    public static byte[] identityOfFace(byte[] key) {
        return FaceBuffers.identity(key);
    }

    /** What a value of {@link #identities} says. */
    public static Buffered buffered(byte[] value) {
        var statistics = IdentityStatistics.read(value);
        return new Buffered(statistics.seen(), statistics.kept());
    }

    /** What a record of {@link #tasks} answers to the retraction at an offset of its faces partition; empty if it is no answer to it. */
    public static Optional<Answer> answer(byte[] key, byte @Nullable [] value, long offset) {
        return RetractionLog.read(key, value, offset)
                .map(found -> new Answer(found != Retraction.NOTHING, text(found)));
    }

    private static String text(Retraction found) {
        return switch (found) {
            case NOTHING -> "nothing";
            case LEFT -> "it had left the buffer, and was still recognised";
            case BUFFERED -> "it was in the buffer";
            case HELD_OUT -> "it was in the holdout";
        };
    }

    private static String topic(CommonConfig common, SamplerConfig config, String store) {
        return "%s-%s-changelog".formatted(StreamsSettings.applicationId(common, config), store);
    }
}
