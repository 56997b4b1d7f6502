package io.rangestream.sampler;

import org.apache.kafka.streams.KafkaStreams;

/**
 * A sampler process at one moment. Counts begin with the process; work that a failed transaction repeats is counted
 * again.
 *
 * @param state of the Streams application
 * @param paused whether it waits for the learner
 * @param tasks faces partitions it works on
 * @param accepted new training faces
 * @param heldOut new holdout faces
 * @param duplicates faces that were there before
 * @param rejected records that went to the dead letters
 * @param retracted faces taken back, or asked to be
 * @param erased tombstones complied with
 * @param batches batches that left
 * @param credit crops earned and not yet spent, of all tasks here
 * @param identities identities with at least one face
 * @param drawable identities with enough faces to be drawn
 * @param kept faces in the buffers
 * @param ahead batches and erasures the learner has yet to deal with, of the tasks here
 */
public record SamplerStatus(
        KafkaStreams.State state,
        boolean paused,
        int tasks,
        long accepted,
        long heldOut,
        long duplicates,
        long rejected,
        long retracted,
        long erased,
        long batches,
        double credit,
        long identities,
        long drawable,
        long kept,
        long ahead) {}
