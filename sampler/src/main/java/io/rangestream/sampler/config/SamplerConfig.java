package io.rangestream.sampler.config;

import io.rangestream.sampler.split.HoldoutSplit;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.RegistryConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.identity.IdentityList;
import io.rangestream.schemas.identity.InvalidNameException;
import io.rangestream.schemas.identity.NameRule;
import io.rangestream.schemas.topics.TopicCatalogue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;

/**
 * The sampler's configuration.
 *
 * @param id name of the Streams application, without the topic prefix
 * @param batchIdentities P, distinct identities in a batch
 * @param samplesPerIdentity K, crops of each
 * @param bufferCapacity faces kept of each identity
 * @param bufferPolicy which faces a full buffer keeps
 * @param recentShare share of a buffer's slots that {@link BufferPolicy#MIX} gives to the last to arrive
 * @param bufferRemembered faces per identity recognised after they have left the buffer
 * @param minFaces faces an identity needs to be drawn
 * @param replayRatio crops of credit per new training face
 * @param drawTau exponent of the chance to be drawn
 * @param singletons what becomes of identities with fewer faces than {@code minFaces}
 * @param coverageShare share of a batch's slots that goes round through every drawable identity
 * @param newcomerShare largest share of a batch's slots for identities that have not been in one
 * @param startIdentities drawable identities before the first batch
 * @param split which faces are held out
 * @param maxFaceBytes largest image, bytes
 * @param maxFacePixels most pixels an image may claim
 * @param pacing how to keep step with the learner
 * @param labels what is done about the same picture under two identities
 * @param rejections when refused records raise an alarm
 * @param stuckAfter how long faces may be unread and nothing committed
 * @param registry schemas of foreign producers
 * @param seed seed of every random choice
 * @param stateDir folder of the stores
 * @param stateMemoryBytes RocksDB's memory in this process, bytes
 * @param standbyReplicas copies of the stores on other samplers
 */
public record SamplerConfig(
        String id,
        int batchIdentities,
        int samplesPerIdentity,
        int bufferCapacity,
        BufferPolicy bufferPolicy,
        double recentShare,
        int bufferRemembered,
        int minFaces,
        double replayRatio,
        double drawTau,
        Singletons singletons,
        double coverageShare,
        double newcomerShare,
        int startIdentities,
        HoldoutSplit split,
        int maxFaceBytes,
        long maxFacePixels,
        Pacing pacing,
        LabelChecks labels,
        RejectionLimit rejections,
        Duration stuckAfter,
        Optional<RegistryConfig> registry,
        long seed,
        Path stateDir,
        long stateMemoryBytes,
        int standbyReplicas) {
    public static final String ID = "sampler.id";
    public static final String BATCH_IDENTITIES = "batch.identities";
    public static final String BATCH_SAMPLES = "batch.samples.per.identity";
    public static final String BUFFER_CAPACITY = "buffer.capacity";
    public static final String BUFFER_POLICY = "buffer.policy";
    public static final String RECENT_SHARE = "recent.share";
    public static final String BUFFER_REMEMBERED = "buffer.remembered";
    public static final String MIN_FACES = "min.faces";
    public static final String REPLAY_RATIO = "replay.ratio";
    public static final String DRAW_TAU = "draw.tau";
    public static final String SINGLETONS = "singletons";
    public static final String COVERAGE_SHARE = "coverage.share";
    public static final String NEWCOMER_SHARE = "newcomer.share";
    public static final String START_IDENTITIES = "start.identities";
    public static final String HOLDOUT_IDENTITIES_PER_MILLE = "holdout.identities.per.mille";
    public static final String HOLDOUT_FACES_PER_MILLE = "holdout.faces.per.mille";
    public static final String HOLDOUT_IDENTITIES = "holdout.identities";
    public static final String HOLDOUT_IDENTITIES_FILE = "holdout.identities.file";
    public static final String MAX_FACE_BYTES = "max.face.bytes";
    public static final String MAX_FACE_PIXELS = "max.face.pixels";
    public static final String PACE = "pace";
    public static final String MAX_BATCHES_AHEAD = "max.batches.ahead";
    public static final String IDLE_REPLAY = "idle.replay";
    public static final String STUCK_AFTER = "stuck.after.ms";
    public static final String SEED = "seed";
    public static final String STATE_DIR = "state.dir";
    public static final String STATE_MEMORY_BYTES = "state.memory.bytes";
    public static final String NUM_STANDBY_REPLICAS = "num.standby.replicas";

    /** What a LabeledFace may hold beside its image, bytes: names, source and attributes. */
    public static final int METADATA_BYTES = 16 * 1024;

    static final double MAX_TAU = 2;
    static final double MAX_REPLAY = 1000;
    /** Most faces kept of an identity. */
    public static final int MAX_CAPACITY = 1024;

    /** Identity and face_id of at most four UTF-8 bytes a character, lengths, encoding, width and height. */
    private static final int BATCH_FACE_OVERHEAD_BYTES = 2 * 4 * NameRule.MAX_CHARACTERS + 32;

    private static final int BATCH_OVERHEAD_BYTES = 1024;

    public SamplerConfig {
        if (batchIdentities < 2 || samplesPerIdentity < 1) {
            throw new ConfigurationException("a batch needs at least 2 identities and 1 crop of each, not %d x %d"
                    .formatted(batchIdentities, samplesPerIdentity));
        }
        if (bufferCapacity < Math.max(samplesPerIdentity, minFaces) || bufferCapacity > MAX_CAPACITY) {
            throw new ConfigurationException("%s %d has to be at least %s %d and %s %d, and at most %d"
                    .formatted(
                            BUFFER_CAPACITY,
                            bufferCapacity,
                            BATCH_SAMPLES,
                            samplesPerIdentity,
                            MIN_FACES,
                            minFaces,
                            MAX_CAPACITY));
        }
        if (!(drawTau >= 0 && drawTau <= MAX_TAU)) {
            throw new ConfigurationException("%s %s is not between 0 and %s".formatted(DRAW_TAU, drawTau, MAX_TAU));
        }
        if (!(coverageShare >= 0 && newcomerShare >= 0 && coverageShare + newcomerShare <= 1)) {
            throw new ConfigurationException("%s %s and %s %s are not shares of one batch"
                    .formatted(COVERAGE_SHARE, coverageShare, NEWCOMER_SHARE, newcomerShare));
        }
        if (!(recentShare >= 0 && recentShare <= 1)) {
            throw new ConfigurationException("%s %s is not between 0 and 1".formatted(RECENT_SHARE, recentShare));
        }
        if (!(replayRatio > 0 && replayRatio <= MAX_REPLAY)) {
            throw new ConfigurationException(
                    "%s %s is not above 0 and at most %s".formatted(REPLAY_RATIO, replayRatio, MAX_REPLAY));
        }
        if (!id.matches("[A-Za-z0-9._-]{1,100}")) {
            throw new ConfigurationException(
                    "%s '%s' may hold letters, digits, '.', '_' and '-' only".formatted(ID, id));
        }
        long batchBytes = largestBatchBytes(batchIdentities, samplesPerIdentity, maxFaceBytes);
        if (batchBytes > TopicCatalogue.MAX_RECORD_BYTES) {
            throw new ConfigurationException(
                    "a batch of %s %d x %s %d faces of %s %d may take %d bytes, more than the %d of a record: lower one"
                            .formatted(
                                    BATCH_IDENTITIES,
                                    batchIdentities,
                                    BATCH_SAMPLES,
                                    samplesPerIdentity,
                                    MAX_FACE_BYTES,
                                    maxFaceBytes,
                                    batchBytes,
                                    TopicCatalogue.MAX_RECORD_BYTES));
        }
    }

    /** The keys of this configuration. */
    public static ConfigDef definition() {
        return SamplerKeys.definition();
    }

    /** @throws ConfigurationException in one line, if a value does not fit */
    public static SamplerConfig from(Settings settings) {
        AbstractConfig config = settings.parse(definition());
        var split = new HoldoutSplit(
                config.getInt(HOLDOUT_IDENTITIES_PER_MILLE), config.getInt(HOLDOUT_FACES_PER_MILLE), heldOut(config));
        return new SamplerConfig(
                config.getString(ID),
                config.getInt(BATCH_IDENTITIES),
                config.getInt(BATCH_SAMPLES),
                config.getInt(BUFFER_CAPACITY),
                BufferPolicy.of(config.getString(BUFFER_POLICY)),
                config.getDouble(RECENT_SHARE),
                config.getInt(BUFFER_REMEMBERED),
                config.getInt(MIN_FACES),
                config.getDouble(REPLAY_RATIO),
                config.getDouble(DRAW_TAU),
                Singletons.of(config.getString(SINGLETONS)),
                config.getDouble(COVERAGE_SHARE),
                config.getDouble(NEWCOMER_SHARE),
                config.getInt(START_IDENTITIES),
                split,
                config.getInt(MAX_FACE_BYTES),
                config.getLong(MAX_FACE_PIXELS),
                Pacing.from(config),
                LabelChecks.from(config),
                RejectionLimit.from(config),
                Duration.ofMillis(config.getLong(STUCK_AFTER)),
                RegistryConfig.from(config),
                config.getLong(SEED),
                Path.of(config.getString(STATE_DIR)),
                config.getLong(STATE_MEMORY_BYTES),
                config.getInt(NUM_STANDBY_REPLICAS));
    }

    private static Set<String> heldOut(AbstractConfig config) {
        Set<String> identities = new HashSet<>();
        for (String identity : config.getList(HOLDOUT_IDENTITIES)) {
            try {
                identities.add(NameRule.IDENTITY.normalise(identity));
            } catch (InvalidNameException e) {
                throw new ConfigurationException("%s: %s".formatted(HOLDOUT_IDENTITIES, e.getMessage()));
            }
        }
        String file = config.getString(HOLDOUT_IDENTITIES_FILE);
        if (!file.isEmpty()) {
            identities.addAll(IdentityList.read(Path.of(file)).names());
        }
        return identities;
    }

    /** Crops in a batch, P x K. */
    public int cropsPerBatch() {
        return batchIdentities * samplesPerIdentity;
    }

    /** Faces an identity needs to be drawn. */
    public int facesToBeDrawn() {
        return singletons == Singletons.REPEAT ? 1 : minFaces;
    }

    /** Slots of a buffer that {@link BufferPolicy#MIX} gives to the last to arrive. */
    public int recentFaces() {
        return (int) Math.round(recentShare * bufferCapacity);
    }

    /** Most bytes a batch can take. */
    public long largestBatchBytes() {
        return largestBatchBytes(batchIdentities, samplesPerIdentity, maxFaceBytes);
    }

    /** Most bytes a LabeledFace may take; a larger one is a dead letter. */
    public int largestFaceRecordBytes() {
        return maxFaceBytes + METADATA_BYTES;
    }

    private static long largestBatchBytes(int identities, int samples, int faceBytes) {
        return (long) identities * samples * ((long) faceBytes + BATCH_FACE_OVERHEAD_BYTES) + BATCH_OVERHEAD_BYTES;
    }
}
