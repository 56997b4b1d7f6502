package io.rangestream.client;

/**
 * Is told what becomes of promoted versions. Called on the follower's thread: what takes long holds up the next version. What
 * a listener throws is logged and otherwise ignored.
 */
public interface ModelListener {

    /** From now on this version embeds. */
    default void onSwap(ModelVersion version) {}

    /** The version is promoted, but cannot be served; or what is said of it cannot be trusted. The one before it goes on. */
    default void onRefused(Refusal refusal) {}
}
