package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Erasure;
import io.rangestream.sampler.config.BufferPolicy;
import io.rangestream.sampler.config.Singletons;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** Whatever arrives in whatever order: the invariants hold, and a restart anywhere leaves no trace. */
class RestartTest {
    private static final Object[] SETTINGS = {
        "holdout.faces.per.mille", "500", "buffer.capacity", "3", "replay.ratio", "1.7", "draw.tau", "0.5",
        "coverage.share", "0.3", "newcomer.share", "0.4", "recent.share", "0.4", "buffer.remembered", "4"
    };

    enum What {
        ADD,
        RETRACT,
        ERASE
    }

    record Step(What what, String identity, String faceId) {
        void sendTo(SamplerHarness sampler) {
            switch (what) {
                case ADD -> sampler.add(identity, faceId);
                case RETRACT -> sampler.retract(identity, faceId);
                case ERASE -> sampler.erase(identity);
            }
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<What> what = Arbitraries.frequency(
                net.jqwik.api.Tuple.of(30, What.ADD),
                net.jqwik.api.Tuple.of(3, What.RETRACT),
                net.jqwik.api.Tuple.of(1, What.ERASE));
        Arbitrary<String> identity = Arbitraries.integers().between(0, 6).map(i -> "p" + i);
        Arbitrary<String> faceId = Arbitraries.integers().between(0, 9).map(String::valueOf);
        return Combinators.combine(what, identity, faceId).as(Step::new).list().ofMaxSize(60);
    }

    @Property(tries = 40)
    void invariantsHoldAfterEveryStepAndARestartLeavesNoTrace(
            @ForAll("steps") List<Step> steps,
            @ForAll BufferPolicy policy,
            @ForAll Singletons singletons,
            @ForAll @Size(max = 8) Set<@IntRange(max = 59) Integer> restarts) {
        var config = Faces.config(Stream.concat(
                        Stream.of(SETTINGS), Stream.of("buffer.policy", policy.key(), "singletons", singletons.key()))
                .toArray());
        List<String> uninterrupted = new ArrayList<>();
        try (var sampler = new SamplerHarness(config)) {
            for (Step step : steps) {
                step.sendTo(sampler);
                Invariants.checkStep(sampler);
            }
            uninterrupted.addAll(output(sampler));
        }
        List<String> interrupted = new ArrayList<>();
        var sampler = new SamplerHarness(config);
        for (int i = 0; i < steps.size(); i++) {
            if (restarts.contains(i)) {
                interrupted.addAll(output(sampler));
                sampler = sampler.reopen();
            }
            steps.get(i).sendTo(sampler);
        }
        interrupted.addAll(output(sampler));
        sampler.close();
        assertEquals(byTopic(uninterrupted), byTopic(interrupted));
    }

    @Test
    void stateOfAnotherSeedOrSplitIsRefused() {
        var first = new SamplerHarness(Faces.config());
        first.add("ann", "0");
        first.close();
        for (String key : List.of("seed", "holdout.faces.per.mille", "holdout.identities")) {
            Exception refused = assertThrows(
                    Exception.class,
                    () -> new SamplerHarness(Faces.config(key, 7), first.disk, DeadLetterHandler.DEFAULT_MAX_BYTES));
            Throwable cause = refused;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            assertTrue(cause.getMessage().startsWith("the buffers were built with another seed or holdout"), key);
        }
    }

    private static List<String> output(SamplerHarness sampler) {
        List<String> output = new ArrayList<>();
        List<SpecificRecord> records = sampler.records();
        for (int i = 0; i < records.size(); i++) {
            // An erasure names the offset of its tombstone, and the driver counts offsets anew after a restart.
            output.add(
                    records.get(i) instanceof Erasure e
                            ? "batches erasure %d %s %d"
                                    .formatted(e.getSequence(), e.getIdentity(), e.getHoldoutRecords())
                            : "batches " + HexFormat.of().formatHex(sampler.out.get(i)));
        }
        sampler.holdout.forEach(record -> output.add("holdout " + SamplerHarness.header(record, "rs-holdout-index")
                + new String(record.key(), java.nio.charset.StandardCharsets.UTF_8) + (record.value() == null)));
        return output;
    }

    /** The order within a topic counts, not that between topics. */
    private static List<String> byTopic(List<String> output) {
        return Stream.of("batches", "holdout")
                .flatMap(topic -> output.stream().filter(line -> line.startsWith(topic)))
                .toList();
    }
}
