package io.rangestream.sampler.config;

import io.rangestream.schemas.config.RegistryConfig;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** The sampler's keys with their defaults, bounds and the texts of the reference page. */
final class SamplerKeys {
    private SamplerKeys() {}

    static ConfigDef definition() {
        var definition = new ConfigDef();
        batches(definition);
        buffers(definition);
        holdout(definition);
        limits(definition);
        pace(definition);
        LabelChecks.define(definition);
        RejectionLimit.define(definition);
        RegistryConfig.define(definition);
        running(definition);
        return definition;
    }

    private static void batches(ConfigDef definition) {
        definition
                .define(
                        SamplerConfig.BATCH_IDENTITIES,
                        Type.INT,
                        16,
                        Range.between(2, 4096),
                        Importance.HIGH,
                        "Distinct identities in a batch (P).")
                .define(
                        SamplerConfig.BATCH_SAMPLES,
                        Type.INT,
                        4,
                        Range.between(1, 256),
                        Importance.HIGH,
                        "Crops of each identity in a batch (K). Distinct as long as its buffer has that many; otherwise"
                                + " every crop is taken before one repeats.")
                .define(
                        SamplerConfig.REPLAY_RATIO,
                        Type.DOUBLE,
                        1.0,
                        Range.between(0.001, SamplerConfig.MAX_REPLAY),
                        Importance.HIGH,
                        "Crops of credit that each new training face earns. A batch leaves whenever the credit covers"
                                + " its P x K crops, so 1 trains on as many crops as arrive and 4 on four times as many.")
                .define(
                        SamplerConfig.DRAW_TAU,
                        Type.DOUBLE,
                        1.0,
                        Range.between(0, SamplerConfig.MAX_TAU),
                        Importance.MEDIUM,
                        "Exponent of an identity's chance to be drawn, n^tau with n the faces kept of it: 0 treats every"
                                + " identity alike, 1 every kept face.")
                .define(
                        SamplerConfig.START_IDENTITIES,
                        Type.INT,
                        32,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "Drawable identities a task waits for before its first batch, so that the first batches are not"
                                + " all of the same few people; at least P are needed in any case. Credit earned while"
                                + " waiting is kept.")
                .define(
                        SamplerConfig.MIN_FACES,
                        Type.INT,
                        2,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "Faces an identity needs in its buffer to be drawn, unless singletons=repeat.")
                .define(
                        SamplerConfig.SINGLETONS,
                        Type.STRING,
                        Singletons.WAIT.key(),
                        ValidString.in(Singletons.WAIT.key(), Singletons.REPEAT.key()),
                        Importance.MEDIUM,
                        "Identities with fewer faces than min.faces: wait leaves them out until they have enough, repeat"
                                + " draws them from their first face on and repeats their crops.")
                .define(
                        SamplerConfig.COVERAGE_SHARE,
                        Type.DOUBLE,
                        0.05,
                        Range.between(0, 1),
                        Importance.MEDIUM,
                        "Share of a batch's P slots that goes round through every drawable identity in turn, whatever its"
                                + " weight: with D of them each is in a batch at least every D / (coverage.share x P)"
                                + " batches. 0 gives no such guarantee.")
                .define(
                        SamplerConfig.NEWCOMER_SHARE,
                        Type.DOUBLE,
                        0.1,
                        Range.between(0, 1),
                        Importance.MEDIUM,
                        "Largest share of a batch's P slots for identities that have not been in a batch, first come,"
                                + " first served; slots that nobody waits for are drawn by weight. However many arrive,"
                                + " being new earns them no more than this. With coverage.share at most 1.")
                .define(
                        SamplerConfig.SEED,
                        Type.LONG,
                        1L,
                        Importance.MEDIUM,
                        "Seed of every random choice. State built with one seed is refused under another.");
    }

    private static void buffers(ConfigDef definition) {
        definition
                .define(
                        SamplerConfig.BUFFER_CAPACITY,
                        Type.INT,
                        64,
                        Range.between(1, SamplerConfig.MAX_CAPACITY),
                        Importance.HIGH,
                        "Faces kept of each identity. Lowering it later leaves buffers that hold more as they are.")
                .define(
                        SamplerConfig.BUFFER_POLICY,
                        Type.STRING,
                        BufferPolicy.RESERVOIR.key(),
                        ValidString.in(BufferPolicy.RESERVOIR.key(), BufferPolicy.RECENT.key(), BufferPolicy.MIX.key()),
                        Importance.MEDIUM,
                        "What a full buffer keeps: reservoir is a uniform sample of everything seen, whatever the order"
                                + " of arrival; recent is the faces that arrived last; mix is recent in recent.share of"
                                + " the slots and a uniform sample of everything older in the others.")
                .define(
                        SamplerConfig.RECENT_SHARE,
                        Type.DOUBLE,
                        0.25,
                        Range.between(0, 1),
                        Importance.LOW,
                        "Share of a buffer's slots that buffer.policy=mix gives to the faces that arrived last.")
                .define(
                        SamplerConfig.BUFFER_REMEMBERED,
                        Type.INT,
                        1024,
                        Range.between(0, 65_536),
                        Importance.LOW,
                        "Window in which a face sent again is recognised although the buffer does not hold it: the last so many"
                                + " faces of an identity that left its buffer or were passed over (8 bytes of the store each)."
                                + " Beyond it a face counts as new: it earns credit, and recent and mix keep it anew;"
                                + " the reservoir stays as it is.");
    }

    private static void holdout(ConfigDef definition) {
        definition
                .define(
                        SamplerConfig.HOLDOUT_IDENTITIES_PER_MILLE,
                        Type.INT,
                        50,
                        Range.between(0, 900),
                        Importance.MEDIUM,
                        "Identities out of 1000 whose faces all go to the holdout (people never trained on). Chosen by a"
                                + " SHA-256 of the identity, not by the seed. State built with one split is refused under"
                                + " another: a face that was trained on must never be evaluated on.")
                .define(
                        SamplerConfig.HOLDOUT_FACES_PER_MILLE,
                        Type.INT,
                        100,
                        Range.between(0, 1000),
                        Importance.MEDIUM,
                        "Of the other identities, how many out of 1000 give half of their faces to the holdout (new"
                                + " pictures of people trained on). Chosen by a SHA-256 of identity and face_id.")
                .define(
                        SamplerConfig.HOLDOUT_IDENTITIES,
                        Type.LIST,
                        List.of(),
                        Importance.LOW,
                        "Exactly these identities go to the holdout whole, instead of those the hash would choose;"
                                + " separated by commas.")
                .define(
                        SamplerConfig.HOLDOUT_IDENTITIES_FILE,
                        Type.STRING,
                        "",
                        Importance.LOW,
                        "A file with such identities, UTF-8 and one a line, or a people file of LFW, in addition to"
                                + " holdout.identities. It has to name somebody.");
    }

    private static void limits(ConfigDef definition) {
        definition
                .define(
                        SamplerConfig.MAX_FACE_BYTES,
                        Type.INT,
                        65_536,
                        Range.between(1, 16 * 1024 * 1024),
                        Importance.MEDIUM,
                        "Largest image, bytes; a larger one is a dead letter. P x K of them have to fit one record.")
                .define(
                        SamplerConfig.MAX_FACE_PIXELS,
                        Type.LONG,
                        4_000_000L,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "Most pixels an image's header may claim; more is a dead letter, and nothing is ever decoded to"
                                + " find out.");
    }

    private static void pace(ConfigDef definition) {
        definition
                .define(
                        SamplerConfig.PACE,
                        Type.STRING,
                        Pacing.Mode.LOSSLESS.key(),
                        ValidString.in(Pacing.Mode.keys()),
                        Importance.HIGH,
                        "What gives way when the learner is max.batches.ahead behind. lossless: faces wait in their"
                                + " topic until it has caught up to half of that, and all of them earn their crops;"
                                + " batches are a function of what arrived. fresh: faces are taken in at once and batches"
                                + " wait; credit beyond max.batches.ahead is forfeited and counted.")
                .define(
                        SamplerConfig.MAX_BATCHES_AHEAD,
                        Type.INT,
                        200,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "Batches that all samplers together may be ahead of the learner; each faces partition has an"
                                + " equal share.")
                .define(
                        SamplerConfig.IDLE_REPLAY,
                        Type.DOUBLE,
                        0.0,
                        Range.between(0, SamplerConfig.MAX_REPLAY),
                        Importance.MEDIUM,
                        "Crops per new training face that may be drawn in addition to replay.ratio, while no face arrives"
                                + " and the learner has nearly caught up. When they are drawn depends on the clock: with"
                                + " anything but 0, equal faces no longer give equal batches.");
    }

    private static void running(ConfigDef definition) {
        definition
                .define(
                        SamplerConfig.ID,
                        Type.STRING,
                        "rangestream-sampler",
                        new NonEmptyString(),
                        Importance.MEDIUM,
                        "Name of the Streams application, after topic.prefix. Samplers of one name share the work. To begin"
                                + " with empty buffers take another topic.prefix, with new topics and a new model, not"
                                + " another name: its batches would be numbered from 1 again, which a learner with"
                                + " history takes for repeats.")
                .define(
                        SamplerConfig.STUCK_AFTER,
                        Type.LONG,
                        60_000L,
                        Range.atLeast(1000),
                        Importance.LOW,
                        "Milliseconds for which faces may be unread and nothing committed, or Kafka not answer, before the"
                                + " sampler says that it is stuck: in the log, by /readyz and in the metrics. /livez stays as"
                                + " it is, since a restart would not help.")
                .define(
                        SamplerConfig.STATE_DIR,
                        Type.STRING,
                        "data/sampler",
                        new NonEmptyString(),
                        Importance.MEDIUM,
                        "Folder of the buffers on disk. Losing it costs a restore from the changelog, no data.")
                .define(
                        SamplerConfig.STATE_MEMORY_BYTES,
                        Type.LONG,
                        128L * 1024 * 1024,
                        Range.atLeast(8L * 1024 * 1024),
                        Importance.MEDIUM,
                        "Memory of RocksDB in this process, outside the heap: block cache and write buffers together.")
                .define(
                        SamplerConfig.NUM_STANDBY_REPLICAS,
                        Type.INT,
                        0,
                        Range.between(0, 10),
                        Importance.LOW,
                        "Copies of the buffers kept up to date on other samplers, which shorten taking over.");
    }
}
