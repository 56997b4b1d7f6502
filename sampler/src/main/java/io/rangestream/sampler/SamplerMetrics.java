package io.rangestream.sampler;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.rangestream.sampler.topology.TaskBoard;
import io.rangestream.sampler.topology.TaskBoard.Event;
import io.rangestream.sampler.topology.TaskReport;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.streams.KafkaStreams;

/**
 * What a sampler tells its operator, {@code rangestream.sampler.*}, beside Kafka Streams' own metrics. Read from what the
 * tasks report anyway; nothing is counted for the metrics' sake.
 */
final class SamplerMetrics implements MeterBinder, AutoCloseable {
    private final KafkaStreams streams;
    private final TaskBoard board;
    private final Pacer pacer;
    private final Progress progress;
    private final KafkaStreamsMetrics kafka;

    SamplerMetrics(KafkaStreams streams, TaskBoard board, Pacer pacer, Progress progress) {
        this.streams = streams;
        this.board = board;
        this.pacer = pacer;
        this.progress = progress;
        this.kafka = new KafkaStreamsMetrics(streams);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Event event : Event.values()) {
            FunctionCounter.builder("rangestream.sampler.events", board, b -> b.counted(event))
                    .tag("event", event.name().toLowerCase(Locale.ROOT))
                    .description(
                            "What became of the records, batches that left, decisions of the pace; repeated work counts again")
                    .register(registry);
        }
        gauge(registry, "identities", "Identities with at least one face", TaskReport::identities);
        gauge(registry, "drawable", "Identities with enough faces to be drawn", TaskReport::drawable);
        gauge(registry, "kept", "Faces in the buffers", TaskReport::kept);
        gauge(registry, "credit", "Crops earned and not yet spent", TaskReport::credit);
        gauge(registry, "tasks", "Faces partitions worked on here", report -> 1);
        gauge(
                registry,
                "tasks.lacking.people",
                "Faces partitions where too few identities have enough faces for a batch",
                report -> report.lacksPeople() ? 1 : 0);
        gauge(
                registry,
                "tasks.lacking.credit",
                "Faces partitions where too few new faces have come for the next batch",
                report -> report.lacksCredit() ? 1 : 0);
        Gauge.builder("rangestream.sampler.ahead", pacer, Pacer::ahead)
                .description("Batches and erasures that the learner has yet to deal with")
                .register(registry);
        Gauge.builder("rangestream.sampler.paused", streams, s -> s.isPaused() ? 1 : 0)
                .description("1 while the sampler waits for the learner")
                .register(registry);
        Gauge.builder("rangestream.sampler.rejected.alarms", board, b -> b.alarms()
                        .size())
                .description(
                        "Faces partitions of which too many records were refused lately, all tasks of this process together")
                .register(registry);
        Gauge.builder("rangestream.sampler.stuck", progress, p -> p.stuck().isPresent() ? 1 : 0)
                .description("1 while faces are unread and nothing is committed, or a topic or the broker is missing")
                .register(registry);
        kafka.bindTo(registry);
    }

    @Override
    public void close() {
        kafka.close();
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<TaskReport> value) {
        Gauge.builder("rangestream.sampler." + name, board, b -> b.reports().values().stream()
                        .mapToDouble(value)
                        .sum())
                .description(description + ", all tasks of this process together")
                .register(registry);
    }
}
