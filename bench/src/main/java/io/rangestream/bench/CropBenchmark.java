package io.rangestream.bench;

import io.rangestream.avro.Encoding;
import io.rangestream.schemas.image.CropDecoder;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Decoding a JPEG of 112 x 112 to the network's 64 x 64; the JDK's decoder alone is the baseline. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CropBenchmark {
    private static final int SIDE = 112;

    private final CropDecoder decoder = new CropDecoder(64, 1_000_000);
    private final byte[] jpeg = jpeg();

    @Benchmark
    public BufferedImage jdkAlone() throws IOException {
        return ImageIO.read(new ByteArrayInputStream(jpeg));
    }

    @Benchmark
    public byte[] decodeAndResample() {
        return decoder.decode(jpeg, Encoding.JPEG, 0, 0);
    }

    /** Smooth shades with some noise compress about as a face does. */
    private static byte[] jpeg() {
        ImageIO.setUseCache(false);
        var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        var random = new SplittableRandom(1);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int shade = 100 + x / 2 + y / 3 + random.nextInt(24);
                image.setRGB(x, y, shade << 16 | (shade * 3 / 4) << 8 | shade / 2);
            }
        }
        var out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "jpeg", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
