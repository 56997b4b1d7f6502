package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.buffer.FaceBuffers;
import io.rangestream.schemas.config.CommonConfig;

/**
 * The changelog of the buffered faces, for tools that read it: one key per identity and slot, the value a BatchFace as it
 * goes on the wire, null where the slot is empty. One partition per faces partition.
 */
public final class FacesChangelog {
    private FacesChangelog() {}

    /** Its topic, as Kafka Streams names it. */
    public static String topic(CommonConfig common, SamplerConfig config) {
        return "%s-%s-changelog".formatted(StreamsSettings.applicationId(common, config), SamplerTopology.FACES_STORE);
    }

    /** Whether a key is of one of an identity's slots. */
    public static boolean isOf(String identity, byte[] key) {
        return FaceBuffers.isOf(identity, key);
    }
}
