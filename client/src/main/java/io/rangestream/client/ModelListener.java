package io.rangestream.client;

import java.util.Set;

/**
 * Is told what becomes of promoted versions. Called on the follower's thread: what takes long holds up the next version. What
 * a listener throws is logged and otherwise ignored.
 */
public interface ModelListener {

    /** From now on this version embeds. */
    default void onSwap(ModelVersion version) {}

    /**
     * Embeddings stored in these spaces can be compared with those of the version that served before, but not with those of this one:
     * embed their faces anew. Called after {@link #onSwap}. Who was not running at the swap asks {@link ModelVersion#comparesWith}.
     */
    default void onOutdated(ModelVersion version, Set<String> spaces) {}

    /** The version is promoted, but cannot be served; or what is said of it cannot be trusted. The one before it goes on. */
    default void onRefused(Refusal refusal) {}
}
