package io.rangestream.client;

/** What a version or an update of it has to pass before it serves, in this order. */
public enum Check {
    /** One of the trusted keys signed the update as it is. Only where keys are configured. */
    SIGNATURE,

    /** The update can be decoded, and is about the version that its key names. */
    RECORD,

    /** The update is newer than all that were read before it. Only where keys are configured. */
    ORDER,

    /** An artifact that is said to lie in a store lies where the client's own configuration has it. Anything else is not opened. */
    LOCATION,

    /** The artifact comes in time. */
    ARRIVAL,

    /** The artifact was not pruned. */
    RETENTION,

    /** Every chunk can be decoded, is the one that its key names, is one of as many as the update says, and has the hash it names. */
    CHUNK,

    /** The artifact has the size that the update names. */
    SIZE,

    /** The artifact has the SHA-256 that the update names. */
    SHA256,

    /** The artifact is a network as the update describes it, and gives numbers. */
    MODEL
}
