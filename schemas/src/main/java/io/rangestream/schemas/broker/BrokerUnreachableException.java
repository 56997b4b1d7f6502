package io.rangestream.schemas.broker;

import org.apache.kafka.common.KafkaException;

/** Kafka could not be reached, or what is needed of it was not there, in the time given; the message says so in one line. */
public final class BrokerUnreachableException extends KafkaException {
    private static final long serialVersionUID = 1L;

    BrokerUnreachableException(String message, Throwable cause) {
        super(message, cause);
    }
}
