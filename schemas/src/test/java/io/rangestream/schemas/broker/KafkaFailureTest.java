package io.rangestream.schemas.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class KafkaFailureTest {
    @Test
    void outagesPass() {
        assertTrue(KafkaFailure.mayPass(new TimeoutException("late")));
        assertTrue(KafkaFailure.mayPass(new CoordinatorLoadInProgressException("loading")));
        assertTrue(KafkaFailure.mayPass(
                new KafkaException("cannot publish", new ExecutionException(new TimeoutException("late")))));
        assertTrue(KafkaFailure.mayPass(new KafkaException(
                "Failed to create", new ConfigException("No resolvable bootstrap urls given in bootstrap.servers"))));
    }

    @Test
    void refusalsDoNotPassWhateverTheyAreWrappedIn() {
        var denied = new TopicAuthorizationException(Set.of("batches"));
        assertFalse(KafkaFailure.mayPass(denied));
        assertFalse(
                KafkaFailure.mayPass(new TimeoutException("late", new SaslAuthenticationException("no such user"))));
        assertFalse(KafkaFailure.mayPass(new InvalidConfigurationException("no")));
        assertEquals(
                "not authorised for topics batches; the user needs an ACL for them",
                KafkaFailure.line(new KafkaException("cannot publish", denied)));
        assertEquals(
                "authentication failed: no such user",
                KafkaFailure.line(new TimeoutException("late", new SaslAuthenticationException("no such user"))));
    }

    @Test
    void theLineIsThatOfTheCauseThatSaysMost() {
        assertEquals("late", KafkaFailure.line(new KafkaException("it failed", new TimeoutException("late\nmore"))));
        assertEquals("inner", KafkaFailure.line(new KafkaException("it failed", new KafkaException("inner"))));
    }
}
