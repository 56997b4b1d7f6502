package io.rangestream.schemas.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rangestream.avro.Encoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged pictures are refused at intake, left out by the decoder, or decoded; nothing else happens, and none takes long. */
class MutatedPicturesTest {
    private static final long MOST_NANOS = 10_000_000_000L;

    /** Compares each picture with what a file of the same name and {@code .rgb} holds; prints how many are equal, off, unknown to it. */
    private static final String PILLOW = """
            import sys, pathlib
            from PIL import Image, ImageOps
            Image.MAX_IMAGE_PIXELS = None
            same = off = unreadable = 0
            for path in sorted(pathlib.Path(sys.argv[1]).glob('*.img')):
                ours = path.with_suffix('.rgb').read_bytes()
                try:
                    image = ImageOps.exif_transpose(Image.open(path))
                    if path.read_bytes()[:2] != b'BM' and (image.mode in ('LA', 'RGBA', 'PA') or 'transparency' in image.info):
                        image = image.convert('RGBA')
                        image = Image.alpha_composite(Image.new('RGBA', image.size, (0, 0, 0, 255)), image)
                    theirs = image.convert('RGB').tobytes()
                except Exception:
                    unreadable += 1
                    continue
                if len(ours) == len(theirs) and max(abs(a - b) for a, b in zip(ours, theirs)) <= 6:
                    same += 1
                else:
                    off += 1
                    print('off', path.name, path.stat().st_size, file=sys.stderr)
            print(same, off, unreadable)
            """;

    @TempDir
    private Path folder;

    private final Random random = new Random(20);
    private int refused;
    private int leftOut;
    private int decoded;

    @Test
    void aHundred() throws IOException {
        run(100, false);
    }

    @Test
    @Tag("scenario")
    void tenThousandAgainstPillow() throws Exception {
        Path python = Path.of("/usr/bin/python3");
        assumeTrue(Files.isExecutable(python), "no Python with Pillow");
        run(10_000, true);
        Path script = Files.writeString(folder.resolve("pillow.py"), PILLOW);
        Process pillow = new ProcessBuilder(python.toString(), script.toString(), folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String[] counts = new String(pillow.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .strip()
                .split(" ");
        assumeTrue(pillow.waitFor() == 0 && counts.length == 3, "no Pillow");
        System.out.printf("Pillow: %s the same, %s other, %s not read%n", (Object[]) counts);
        assertEquals(decoded, Arrays.stream(counts).mapToInt(Integer::parseInt).sum());
        assertTrue(Integer.parseInt(counts[1]) <= decoded / 100, "pixels other than Pillow's");
    }

    private void run(int pictures, boolean keep) throws IOException {
        List<byte[]> originals = originals();
        try (var decoder = new CropDecoder(64, 4_000_000)) {
            for (int i = 0; i < pictures; i++) {
                byte[] image = mutated(originals.get(i % originals.size()));
                long start = System.nanoTime();
                one(decoder, image, keep ? folder.resolve("%05d".formatted(i)).toString() : "");
                assertTrue(System.nanoTime() - start < MOST_NANOS, "picture %d took long".formatted(i));
            }
        }
        System.out.printf("%d sent: %d refused, %d left out, %d decoded%n", pictures, refused, leftOut, decoded);
        assertEquals(pictures, refused + leftOut + decoded);
    }

    private void one(CropDecoder decoder, byte[] image, String keepAs) throws IOException {
        Encoding encoding;
        try {
            encoding = ImageHeader.encodingOf(image);
            ImageHeader.check(image, encoding, 0, 0);
        } catch (InvalidImageException e) {
            assertOneLine(e);
            refused++;
            return;
        }
        try {
            RgbImage rgb = decoder.fit(image, encoding, 8192);
            decoded++;
            if (!keepAs.isEmpty()) {
                Files.write(Path.of(keepAs + ".img"), image);
                Files.write(Path.of(keepAs + ".rgb"), interleaved(rgb));
            }
        } catch (InvalidImageException e) {
            assertOneLine(e);
            leftOut++;
        }
    }

    private static void assertOneLine(InvalidImageException e) {
        assertEquals(1, String.valueOf(e.getMessage()).lines().count());
    }

    private static List<byte[]> originals() throws IOException {
        var originals = new ArrayList<byte[]>();
        originals.add(Pictures.encoded("jpeg", 60, 50, false));
        originals.add(Pictures.encoded("jpeg", 60, 50, true));
        originals.add(Pictures.withExif(Pictures.jpeg(60, 50, 3), 6, true));
        originals.add(Pictures.jpeg(60, 50, 1));
        originals.add(Pictures.jpeg(60, 50, 4));
        DrawnPng.Samples samples = (x, y) -> new int[] {x * 4, y * 5, x ^ y, 255 - x};
        for (int colourType : new int[] {0, 2, 4, 6}) {
            int bands = new int[] {1, 0, 3, 0, 2, 0, 4}[colourType];
            originals.add(new DrawnPng(60, 50, 8, colourType, colourType == 6)
                    .bytes(
                            (x, y) -> Arrays.copyOf(samples.at(x, y), bands),
                            DrawnPng.chunk("eXIf", Pictures.exif(3, true))));
        }
        originals.add(new DrawnPng(60, 50, 4, 3, true)
                .bytes((x, y) -> new int[] {x & 15}, DrawnPng.chunk("PLTE", Arrays.copyOf(Pictures.rgb(4, 4), 48))));
        originals.add(new DrawnBmp(60, 50, 24, 40, false).bytes((x, y) -> x * 997L + y));
        originals.add(new DrawnBmp(60, 50, 8, 40, true).bytes((x, y) -> x & 3, 1, 2, 0xFF, 0xFFFFFF));
        originals.add(new DrawnBmp(60, 50, 16, 40, false, 0xF800, 0x7E0, 0x1F).bytes((x, y) -> x * 997L + y));
        return originals;
    }

    /** One to three changes: bytes, a piece doubled or taken out, an end cut; the check sums of a PNG are put right in half the cases. */
    private byte[] mutated(byte[] original) {
        byte[] image = original.clone();
        for (int changes = random.nextInt(3); changes >= 0 && image.length > 64; changes--) {
            int at = random.nextInt(random.nextBoolean() ? image.length : Math.min(image.length, 700));
            switch (random.nextInt(6)) {
                case 0 -> image = Arrays.copyOf(image, at);
                case 1 -> image = spliced(image, at, at, 1 + random.nextInt(40));
                case 2 -> image = spliced(image, at, Math.min(image.length, at + 1 + random.nextInt(40)), 0);
                default ->
                    image[at] =
                            (byte) (random.nextBoolean() ? random.nextInt(256) : image[at] ^ 1 << random.nextInt(8));
            }
        }
        if (random.nextBoolean() && image.length > 33 && image[1] == 'P') {
            repairCheckSums(image);
        }
        return image;
    }

    private byte[] spliced(byte[] image, int from, int to, int inserted) {
        var bytes = new byte[inserted];
        random.nextBytes(bytes);
        var out = new ByteArrayOutputStream();
        out.write(image, 0, from);
        out.writeBytes(bytes);
        out.write(image, to, image.length - to);
        return out.toByteArray();
    }

    private static void repairCheckSums(byte[] png) {
        var bytes = ByteBuffer.wrap(png);
        for (long at = 8; at + 12 <= png.length; ) {
            int length = bytes.getInt((int) at);
            if (length < 0 || at + 12 + length > png.length) {
                return;
            }
            var crc = new CRC32();
            crc.update(png, (int) at + 4, 4 + length);
            bytes.putInt((int) at + 8 + length, (int) crc.getValue());
            at += 12L + length;
        }
    }

    private static byte[] interleaved(RgbImage image) {
        int plane = image.width() * image.height();
        var rgb = new byte[3 * plane];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = image.planes()[i % 3 * plane + i / 3];
        }
        return rgb;
    }
}
