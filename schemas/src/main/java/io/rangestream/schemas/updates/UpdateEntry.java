package io.rangestream.schemas.updates;

import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.signature.TrustedKey;
import java.util.Optional;

/** What a record of {@code model-updates} says to who goes by an {@link UpdateLog}. */
public sealed interface UpdateEntry {

    /** What a record that counts for nothing did not pass. */
    enum Check {
        /** A trusted key signed it. */
        SIGNATURE,
        /** It can be decoded, and is about the version that its key names. */
        RECORD,
        /** It is newer than all that counted before it. */
        ORDER
    }

    /**
     * An update that counts.
     *
     * @param offset of two updates of a version the one with the higher offset holds
     * @param signer the trusted key that signed it; empty where no key is trusted
     */
    record Update(ModelUpdate update, long offset, Optional<TrustedKey> signer) implements UpdateEntry {}

    /** A heartbeat that counts. */
    record Heartbeat(ModelHeartbeat heartbeat) implements UpdateEntry {}

    /** The version was deleted. */
    record Deletion(VersionKey version) implements UpdateEntry {}

    /**
     * It counts for nothing.
     *
     * @param version that its key names; empty if it is that of heartbeats
     * @param reason in one line
     */
    record Refused(Optional<VersionKey> version, long offset, Check failed, String reason) implements UpdateEntry {}

    /** It is not about this model. */
    record Unrelated() implements UpdateEntry {}
}
