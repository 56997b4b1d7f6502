package io.rangestream.learner;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.evaluation.Founder;
import io.rangestream.learner.evaluation.SpaceRule.Space;
import io.rangestream.learner.optimizer.FloatBytes;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.training.Trainer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which version the training state continues, and which is promoted. A checkpoint is this and the training state; it is
 * used only if the versions on the topic say that it belongs there.
 */
final class Lineage {
    private static final Logger log = LoggerFactory.getLogger(Lineage.class);
    private static final int MAGIC = 0x5253434B; // "RSCK"
    private static final int FORMAT = 6;

    private final Trainer trainer;
    private long version;
    private String checkpointHash = "";
    private long promotedVersion;
    private float[] promotedWeights = {};
    private List<Founder> founders = List.of();

    private Lineage(Trainer trainer) {
        this.trainer = trainer;
    }

    /**
     * Loads the state that continues the last committed version: the batch in hand if it descends from that version, else
     * the version's own checkpoint. Without versions and without a batch in hand, the trainer stays untrained.
     *
     * @throws CheckpointException if versions exist and no checkpoint fits
     */
    static Lineage restore(Trainer trainer, CheckpointStore checkpoints, VersionHistory history) {
        var lineage = new Lineage(trainer);
        Optional<ModelUpdate> last = history.last();
        long version = last.map(ModelUpdate::getVersion).orElse(0L);
        String hash =
                last.map(update -> update.getTraining().getCheckpointSha256()).orElse("");
        boolean inHand =
                checkpoints.readInHand(in -> lineage.loadIf(in, version, hash)).orElse(false);
        if (inHand) {
            log.info("going on from version {} and the batch in hand when the learner stopped", version);
        } else if (last.isPresent()) {
            if (!checkpoints.readVersion(version, hash, in -> lineage.loadIf(in, version, ""))) {
                throw new CheckpointException("the checkpoint of version %d is of another version".formatted(version));
            }
            lineage.checkpointHash = hash;
            log.info("going on from version {}", version);
        } else {
            log.info("no version yet: beginning with an untrained network");
        }
        return lineage;
    }

    /** Version that the training state continues; 0 before the first. */
    long version() {
        return version;
    }

    /** The promoted version; 0 if there is none. */
    long promotedVersion() {
        return promotedVersion;
    }

    /** Published weights of the promoted version. */
    float[] promotedWeights() {
        return promotedWeights;
    }

    /** The founding version of the promoted version's embedding space, then those of the spaces compatible with it. */
    List<Founder> founders() {
        return founders;
    }

    /** The training state continues a new version from here on. */
    void made(long newVersion, ModelStatus status, float[] weights, Space space) {
        version = newVersion;
        checkpointHash = "";
        if (status == ModelStatus.PROMOTED) {
            promotedVersion = newVersion;
            promotedWeights = weights;
            var known = new HashMap<Long, Founder>();
            founders.forEach(founder -> known.put(founder.version(), founder));
            known.put(newVersion, new Founder(newVersion, weights));
            founders = Stream.concat(Stream.of(space.founder()), space.compatible().stream())
                    .map(founder -> Objects.requireNonNull(known.get(founder)))
                    .toList();
        }
    }

    /**
     * Takes the weights of the version that the training state continues, as training has diverged since.
     *
     * @throws CheckpointException if its checkpoint cannot be read
     */
    void returnToVersion(CheckpointStore checkpoints) {
        if (version == 0) {
            try {
                trainer.returnToUntrained();
            } catch (IOException e) {
                throw new UncheckedIOException(e); // It reads memory.
            }
        } else {
            checkpoints.readVersion(version, checkpointHash, in -> {
                readHeader(in);
                trainer.returnTo(in, version);
                return version;
            });
        }
        log.warn(
                "training diverged: the weights are those of {} again, and training goes on with the next batch",
                version == 0 ? "the untrained network" : "version " + version);
    }

    void setCheckpointHash(String hash) {
        checkpointHash = hash;
    }

    /** Writes a checkpoint. */
    void save(DataOutput out) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(FORMAT);
        out.writeLong(version);
        out.writeUTF(checkpointHash);
        out.writeLong(promotedVersion);
        writeWeights(out, promotedWeights);
        out.writeInt(founders.size());
        for (Founder founder : founders) {
            out.writeLong(founder.version());
            if (founder.version() != promotedVersion) {
                writeWeights(out, founder.weights());
            }
        }
        trainer.save(out);
    }

    /**
     * Loads a checkpoint if it continues a version; changes nothing otherwise.
     *
     * @param hash hash of that version's own checkpoint; empty in that checkpoint itself
     */
    private boolean loadIf(DataInput in, long wantedVersion, String hash) throws IOException {
        Header header = readHeader(in);
        if (header.version() != wantedVersion || !header.checkpointHash().equals(hash)) {
            return false;
        }
        trainer.load(in);
        version = header.version();
        checkpointHash = header.checkpointHash();
        promotedVersion = header.promotedVersion();
        promotedWeights = header.promotedWeights();
        founders = header.founders();
        return true;
    }

    /** What a checkpoint holds before the training state. */
    private record Header(
            long version,
            String checkpointHash,
            long promotedVersion,
            float[] promotedWeights,
            List<Founder> founders) {}

    private static Header readHeader(DataInput in) throws IOException {
        if (in.readInt() != MAGIC || in.readInt() != FORMAT) {
            throw new IOException("it is no checkpoint of this release");
        }
        long version = in.readLong();
        String checkpointHash = in.readUTF();
        long promotedVersion = in.readLong();
        float[] promotedWeights = readWeights(in);
        var founders = new ArrayList<Founder>();
        for (int left = in.readInt(); left > 0; left--) {
            long founder = in.readLong();
            founders.add(new Founder(founder, founder == promotedVersion ? promotedWeights : readWeights(in)));
        }
        return new Header(version, checkpointHash, promotedVersion, promotedWeights, List.copyOf(founders));
    }

    private static void writeWeights(DataOutput out, float[] weights) throws IOException {
        out.writeInt(weights.length);
        FloatBytes.write(out, weights);
    }

    private static float[] readWeights(DataInput in) throws IOException {
        var weights = new float[in.readInt()];
        FloatBytes.read(in, weights);
        return weights;
    }
}
