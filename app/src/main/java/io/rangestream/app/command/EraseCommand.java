package io.rangestream.app.command;

import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.topics.TopicAdmin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Orders that an identity be forgotten. */
@Command(
        name = "erase",
        description = {
            "Order that an identity be forgotten: by the buffers, the holdout and the model's head.",
            "The tombstone goes to every partition of faces, since a foreign producer may have put the person anywhere."
        },
        mixinStandardHelpOptions = true)
final class EraseCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Parameters(paramLabel = "IDENTITY", description = "Who is to be forgotten.")
    private String identity = "";

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (identity.isBlank()) {
            throw new CommandLine.ParameterException(Console.of(spec), "say who is to be forgotten");
        }
        CommonConfig common = CommonConfig.from(config.settings());
        String topic = common.topics().faces();
        int partitions;
        try (var admin = new TopicAdmin(common.clientConfig())) {
            partitions =
                    admin.partitions(topic).orElseThrow(() -> new ConfigurationException("there is no topic " + topic));
        }
        Map<String, Object> properties = common.clientConfig();
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        try (var producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                sent.add(producer.send(new ProducerRecord<>(topic, partition, identity, null)));
            }
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new KafkaException("the tombstones could not be written to " + topic, e.getCause());
        }
        Console.println(
                spec,
                "ordered on %d partitions of %s; sampler and learner comply as they come to it"
                        .formatted(partitions, topic));
        return CommandLine.ExitCode.OK;
    }
}
