package io.rangestream.schemas.broker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;

/** What an error of a Kafka client means to an operator. */
public final class KafkaFailure {
    /** Kafka has no type for this one. */
    private static final String UNRESOLVED = "No resolvable bootstrap urls";

    private KafkaFailure() {}

    /**
     * Whether time may cure it: the broker is away, slow, starting, or its name does not resolve. What the broker refuses, time does not
     * cure.
     */
    public static boolean mayPass(Throwable failure) {
        List<Throwable> chain = chain(failure);
        return chain.stream().noneMatch(KafkaFailure::isRefusal)
                && chain.stream().anyMatch(e -> e instanceof RetriableException || isUnresolved(e));
    }

    /** Whether it is an outage, or a refusal by the broker: then {@link #line} says all that is known. */
    public static boolean isKnown(Throwable failure) {
        return mayPass(failure) || chain(failure).stream().anyMatch(KafkaFailure::isRefusal);
    }

    /** In one line, without the names of classes. */
    public static String line(Throwable failure) {
        List<Throwable> chain = chain(failure);
        for (Throwable e : chain) {
            if (e instanceof TopicAuthorizationException topics
                    && !topics.unauthorizedTopics().isEmpty()) {
                return "not authorised for topics %s; the user needs an ACL for them"
                        .formatted(String.join(", ", topics.unauthorizedTopics()));
            }
            if (e instanceof GroupAuthorizationException group) {
                return "not authorised for consumer group %s; the user needs an ACL for it".formatted(group.groupId());
            }
            if (e instanceof TransactionalIdAuthorizationException) {
                return "not authorised for the transactional id; the user needs an ACL to WRITE and DESCRIBE it";
            }
            if (e instanceof AuthorizationException) {
                return "not authorised: " + firstLine(e);
            }
            if (e instanceof AuthenticationException) {
                return "authentication failed: " + firstLine(e);
            }
        }
        return chain.stream()
                .filter(any(RetriableException.class).or(KafkaFailure::isUnresolved))
                .findFirst()
                .map(KafkaFailure::firstLine)
                .orElseGet(() -> firstLine(chain.get(chain.size() - 1)));
    }

    private static Predicate<Throwable> any(Class<?> type) {
        return type::isInstance;
    }

    private static boolean isRefusal(Throwable e) {
        return e instanceof AuthenticationException || e instanceof AuthorizationException;
    }

    private static boolean isUnresolved(Throwable e) {
        return e instanceof ConfigException && firstLine(e).contains(UNRESOLVED);
    }

    private static String firstLine(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank()
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").strip();
    }

    private static List<Throwable> chain(Throwable failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        var chain = new ArrayList<Throwable>();
        for (Throwable e = failure; e != null && seen.add(e); e = e.getCause()) {
            chain.add(e);
        }
        return chain;
    }
}
