package io.rangestream.client;

import io.rangestream.schemas.updates.UpdateEntry;
import io.rangestream.schemas.updates.VersionKey;
import java.util.Optional;

/**
 * An update that counts for nothing or is not served.
 *
 * @param version that its key names, empty if it is that of heartbeats; where its signature failed, nobody vouches for that
 * @param offset where on {@code model-updates} it stands
 * @param failed the check that it did not pass
 * @param reason in one line
 */
public record Refusal(Optional<VersionKey> version, long offset, Check failed, String reason) {

    static Refusal of(ModelVersion version, Check failed, String reason) {
        return new Refusal(Optional.of(version.key()), version.offset(), failed, reason);
    }

    static Refusal of(UpdateEntry.Refused refused) {
        Check failed =
                switch (refused.failed()) {
                    case SIGNATURE -> Check.SIGNATURE;
                    case ORDER -> Check.ORDER;
                    case RECORD -> Check.RECORD;
                };
        return new Refusal(refused.version(), refused.offset(), failed, refused.reason());
    }
}
