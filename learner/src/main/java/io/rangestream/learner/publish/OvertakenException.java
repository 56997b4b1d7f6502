package io.rangestream.learner.publish;

import org.apache.kafka.common.KafkaException;

/** The versions have changed since this learner read them: what it has made continues none of them, and trying again changes nothing. */
public final class OvertakenException extends KafkaException {
    private static final long serialVersionUID = 1L;

    public OvertakenException(String message) {
        super(message);
    }
}
