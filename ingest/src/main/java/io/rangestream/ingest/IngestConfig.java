package io.rangestream.ingest;

import io.rangestream.ingest.source.FaceOrder;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.source.Rejections;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.image.ImageLimits;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/**
 * How crops are chosen and sent.
 *
 * @param order the order in which they are sent
 * @param seed of that order
 * @param rate faces per second; 0 for as fast as the broker takes them
 * @param limit how many are sent at most, the first of the order; 0 for all
 * @param maxSide pictures with a longer side, or beyond the limits that follow, are scaled down to it, pixels; 0 to leave
 *     out what is beyond the limits
 * @param maxFaceBytes largest encoded crop
 * @param maxFacePixels most pixels of a crop
 */
public record IngestConfig(
        FaceOrder order, long seed, double rate, long limit, int maxSide, int maxFaceBytes, long maxFacePixels) {
    public static final String ORDER = "ingest.order";
    public static final String SEED = "ingest.seed";
    public static final String RATE = "ingest.rate";
    public static final String LIMIT = "ingest.limit";
    public static final String MAX_SIDE = "ingest.max.side";
    public static final String MAX_FACE_BYTES = "max.face.bytes";
    public static final String MAX_FACE_PIXELS = "max.face.pixels";

    public IngestConfig {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new ConfigurationException(
                    "%s must be 0 or a number of faces per second, not %s".formatted(RATE, rate));
        }
        if (limit < 0) {
            throw new ConfigurationException("%s must be 0 or more, not %d".formatted(LIMIT, limit));
        }
        if (maxSide < 0 || (maxSide > 0 && maxSide < Downscaler.SMALLEST) || maxSide > ImageLimits.MAX_SIDE) {
            throw new ConfigurationException("%s must be 0, or %d to %d, not %d"
                    .formatted(MAX_SIDE, Downscaler.SMALLEST, ImageLimits.MAX_SIDE, maxSide));
        }
        if (maxFaceBytes < 1) {
            throw new ConfigurationException("%s must be 1 or more, not %d".formatted(MAX_FACE_BYTES, maxFaceBytes));
        }
        if (maxFacePixels < 1) {
            throw new ConfigurationException("%s must be 1 or more, not %d".formatted(MAX_FACE_PIXELS, maxFacePixels));
        }
    }

    /** The keys of this configuration. */
    public static ConfigDef definition() {
        String[] orders = Arrays.stream(FaceOrder.values()).map(FaceOrder::key).toArray(String[]::new);
        return new ConfigDef()
                .define(
                        ORDER,
                        Type.STRING,
                        FaceOrder.SHUFFLED.key(),
                        ValidString.in(orders),
                        Importance.MEDIUM,
                        ("shuffled: all crops shuffled. by-identity: one identity after another. head-first: one"
                                        + " identity after another, those with the most crops first. tail-last: identities with at"
                                        + " least %d crops shuffled, then the others shuffled.")
                                .formatted(FaceOrder.HEAD_CROPS))
                .define(SEED, Type.LONG, 1L, Importance.LOW, "Seed of the order.")
                .define(
                        RATE,
                        Type.DOUBLE,
                        0.0,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Faces sent per second, evenly spaced; 0 is as fast as the broker takes them.")
                .define(
                        LIMIT,
                        Type.LONG,
                        0L,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Crops tried at most, the first of the order; 0 is all.")
                .define(
                        MAX_SIDE,
                        Type.INT,
                        512,
                        Range.between(0, ImageLimits.MAX_SIDE),
                        Importance.MEDIUM,
                        "Pictures with a longer side, and those of more than max.face.bytes or max.face.pixels, are"
                                + " scaled down so that their longer side is at most this, in pixels, and sent as JPEG; 0"
                                + " leaves pictures as they are.")
                .define(
                        MAX_FACE_BYTES,
                        Type.INT,
                        65_536,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "Largest encoded crop, bytes; larger ones are scaled down, or left out if ingest.max.side is"
                                + " 0.")
                .define(
                        MAX_FACE_PIXELS,
                        Type.LONG,
                        4_000_000L,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "Most pixels that a crop's header may claim; crops that claim more are scaled down, or left"
                                + " out if ingest.max.side is 0.");
    }

    /** @throws ConfigurationException if a value does not fit */
    public static IngestConfig from(Settings settings) {
        AbstractConfig config = settings.parse(definition());
        return new IngestConfig(
                orderOf(config.getString(ORDER)),
                config.getLong(SEED),
                config.getDouble(RATE),
                config.getLong(LIMIT),
                config.getInt(MAX_SIDE),
                config.getInt(MAX_FACE_BYTES),
                config.getLong(MAX_FACE_PIXELS));
    }

    /**
     * The {@code face_id} that a crop is sent under.
     *
     * @return empty if ingest would leave the crop out
     */
    public Optional<String> faceId(FaceSource source, FaceRef face) {
        return check().labelled(source, face, new Rejections())
                .map(checked -> checked.face().getFaceId());
    }

    FaceCheck check() {
        return new FaceCheck(maxFaceBytes, maxFacePixels, maxSide);
    }

    private static FaceOrder orderOf(String key) {
        return Arrays.stream(FaceOrder.values())
                .filter(order -> order.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("%s must be one of %s"
                        .formatted(
                                ORDER,
                                Arrays.stream(FaceOrder.values())
                                        .map(FaceOrder::key)
                                        .collect(Collectors.joining(", ")))));
    }
}
