package io.rangestream.learner;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.publish.OvertakenException;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class FencingTest {
    @Test
    void whatTheBrokerSaysToALearnerOfTheDayBeforeIsRecognised() {
        assertTrue(Fencing.isBehind(new ProducerFencedException("newer epoch")));
        assertTrue(Fencing.isBehind(new KafkaException("in error state", new InvalidProducerEpochException("old"))));
        assertTrue(Fencing.isBehind(new CommitFailedException("another generation")));
        assertTrue(Fencing.isBehind(new OvertakenException("published since")));
        var aborting = new KafkaException("cannot send");
        aborting.addSuppressed(new ProducerFencedException("newer epoch"));
        assertTrue(Fencing.isBehind(aborting));
    }

    @Test
    void aBrokerThatDoesNotAnswerIsNotMistakenForIt() {
        var timeout = new KafkaException("no answer", new TimeoutException("120 s"));
        timeout.addSuppressed(new IllegalStateException("cannot abort"));

        assertFalse(Fencing.isBehind(timeout));
    }
}
