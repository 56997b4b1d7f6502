package io.rangestream.learner;

import io.rangestream.avro.LearnerProgress;
import io.rangestream.schemas.log.OutageLog;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the samplers how far the learner is. What cannot be told is news that is late, and no failure. Thread-safe. */
final class ProgressReports implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProgressReports.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    private final Producer<String, SpecificRecord> producer;
    private final String topic;
    private final OutageLog outage = new OutageLog(log);
    private volatile boolean closing;

    /** @param producer closed with this */
    ProgressReports(Producer<String, SpecificRecord> producer, String topic) {
        this.producer = producer;
        this.topic = topic;
    }

    void tell(LearnerProgress progress) {
        producer.send(new ProducerRecord<>(topic, progress.getModel(), progress), (metadata, failure) -> {
            if (failure == null) {
                outage.succeeded("progress is reported to the samplers");
            } else if (!closing) {
                outage.failed("progress cannot be reported to the samplers: " + failure.getMessage());
            }
        });
    }

    @Override
    public void close() {
        closing = true;
        producer.close(CLOSE_TIMEOUT);
    }
}
