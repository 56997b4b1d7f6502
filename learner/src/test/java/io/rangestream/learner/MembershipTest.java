package io.rangestream.learner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MembershipTest {
    private final Membership membership = new Membership(generation(1), Duration.ofMinutes(10));

    @Test
    void whatTheGroupRefusedIsAwaitedUntilItIsRenewed() throws Exception {
        membership.current();
        CompletableFuture<Boolean> renewed = CompletableFuture.supplyAsync(membership::awaitRenewal);

        membership.renew(generation(1)); // As each poll does.
        membership.renew(generation(2));

        assertTrue(renewed.get(30, TimeUnit.SECONDS));
        assertEquals(2, membership.current().generationId());
    }

    @Test
    void aRenewalThatCameBeforeTheRefusalNeedsNoWaiting() {
        membership.current();
        membership.renew(generation(2));

        assertTrue(membership.awaitRenewal());
    }

    @Test
    void whoeverHasLostThePartitionPublishesNothing() throws Exception {
        membership.current();
        CompletableFuture<Boolean> renewed = CompletableFuture.supplyAsync(membership::awaitRenewal);

        membership.lose();
        membership.renew(generation(2));

        assertFalse(renewed.get(30, TimeUnit.SECONDS));
        assertThrows(CommitFailedException.class, membership::current);
    }

    @Test
    void nobodyWaitsForARenewalThatWillNotCome() throws Exception {
        membership.current();
        CompletableFuture<Boolean> renewed = CompletableFuture.supplyAsync(membership::awaitRenewal);

        membership.end();

        assertFalse(renewed.get(30, TimeUnit.SECONDS));
        assertEquals(1, membership.current().generationId(), "what is published at the end is still this learner's");
    }

    @Test
    void patienceEnds() {
        var impatient = new Membership(generation(1), Duration.ofMillis(20));
        impatient.current();

        assertFalse(impatient.awaitRenewal());
    }

    private static ConsumerGroupMetadata generation(int generation) {
        return new ConsumerGroupMetadata("learners", generation, "member", Optional.empty());
    }
}
