package io.rangestream.schemas.wire;

/** A record whose schema is on the schemas topic nowhere yet. It may be later, if its writer did not wait for the broker. */
public final class UnknownSchemaException extends UndecodableRecordException {
    private static final long serialVersionUID = 1L;

    UnknownSchemaException(long fingerprint) {
        super("unknown schema fingerprint " + Fingerprint.text(fingerprint));
    }
}
