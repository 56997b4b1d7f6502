package io.rangestream.schemas.topics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Test;

class TopicCatalogueTest {
    private final TopicCatalogue catalogue = new TopicCatalogue("lab.", 6);

    @Test
    void everyTopicHasThePrefixAndOnlyFacesSeveralPartitions() {
        assertEquals(
                List.of(
                        "lab.faces",
                        "lab.faces-rejected",
                        "lab.faces-holdout",
                        "lab.batches",
                        "lab.learner-progress",
                        "lab.model-updates",
                        "lab.model-weights",
                        "lab.learner-checkpoints",
                        "lab.model-orders",
                        "lab.schemas"),
                catalogue.all().stream().map(TopicSpec::name).toList());
        catalogue.all().forEach(topic -> assertEquals(topic.name().equals("lab.faces") ? 6 : 1, topic.partitions()));
        catalogue.all().forEach(topic -> Topic.validate(topic.name()));
    }

    @Test
    void compactedTopicsForgetWhatWasErasedWithinADay() {
        List<TopicSpec> compacted = catalogue.all().stream()
                .filter(topic -> "compact".equals(topic.config().get(TopicConfig.CLEANUP_POLICY_CONFIG)))
                .toList();

        assertEquals(6, compacted.size());
        for (TopicSpec topic : compacted) {
            assertEquals("3600000", topic.config().get(TopicConfig.SEGMENT_MS_CONFIG), topic.name());
            assertEquals("86400000", topic.config().get(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG), topic.name());
        }
    }

    @Test
    void largeRecordsFitWhereTheyGo() {
        var byName = catalogue.all().stream().collect(Collectors.toMap(TopicSpec::name, Function.identity()));
        for (String topic : List.of(catalogue.batches(), catalogue.modelWeights(), catalogue.learnerCheckpoints())) {
            assertEquals("33554432", byName.get(topic).config().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
        }
    }

    @Test
    void aPrefixThatKafkaWouldRefuseIsRefusedHere() {
        var e = assertThrows(IllegalArgumentException.class, () -> new TopicCatalogue("a/b", 4));
        assertTrue(String.valueOf(e.getMessage()).contains("topic.prefix"));
        assertThrows(IllegalArgumentException.class, () -> new TopicCatalogue("", 0));
    }
}
