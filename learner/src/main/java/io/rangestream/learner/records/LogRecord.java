package io.rangestream.learner.records;

import org.apache.avro.specific.SpecificRecord;

/**
 * A record of the batches topic in its task's sequence.
 *
 * @param offset on the topic
 * @param task the sampler task
 * @param sequence its place among the task's
 * @param value TrainingBatch or Erasure
 */
public record LogRecord(long offset, String task, long sequence, SpecificRecord value) {}
