package io.rangestream.bench;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Encoding and decoding a face of 5 KB; copying its bytes is the baseline. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class WireBenchmark {
    private static final int IMAGE_BYTES = 5_000;

    private final RecordCodec codec = new RecordCodec(List.of(LabeledFace.getClassSchema()), SchemaSource.NONE);
    private final LabeledFace face = face();
    private final byte[] encoded = codec.encode(face);

    @Benchmark
    public byte[] copy() {
        return encoded.clone();
    }

    @Benchmark
    public byte[] encode() {
        return codec.encode(face);
    }

    @Benchmark
    public SpecificRecord decode() {
        return codec.decode(encoded);
    }

    private static LabeledFace face() {
        var image = new byte[IMAGE_BYTES];
        new SplittableRandom(1).nextBytes(image);
        return LabeledFace.newBuilder()
                .setIdentity("Ada_Lovelace")
                .setFaceId("0123456789abcdef")
                .setEncoding(Encoding.JPEG)
                .setImage(ByteBuffer.wrap(image))
                .build();
    }
}
