package io.rangestream.schemas.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.rangestream.avro.Encoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.imageio.IIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small files that would cost a lot of memory or time are refused before they do, or cost little. */
@Timeout(60)
class CostlyPicturesTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @CsvSource({
        "1, 4000000, 1 x 4000000 pixels: a side is shorter than 8",
        "4000000, 1, 4000000 x 1 pixels: a side is shorter than 8",
        "8, 500000, 8 x 500000 pixels: a side is longer than 8192",
        "8, 65, 8 x 65 pixels: one side is more than 8 times the other",
        "1000, 100, 1000 x 100 pixels: one side is more than 8 times the other",
        "7, 8, 7 x 8 pixels: a side is shorter than 8",
        "2147483647, 2147483647, 2147483647 x 2147483647 pixels: a side is longer than 8192",
        "8192, 8192, 8192 x 8192 pixels are more than the 4000000 allowed"
    })
    void theHeaderDecides(int width, int height, String reason) {
        // Compressed as in a file of that size, of which little is left.
        byte[] image = withSize(new DrawnPng(8, 8, 8, 0, false).bytes((x, y) -> new int[] {0}), width, height);
        try (var decoder = new CropDecoder(64, 4_000_000)) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            var e = assertThrows(InvalidImageException.class, () -> decoder.decode(image, Encoding.PNG, 0, 0));
            assertEquals(reason, e.getMessage());
            assertTrue(THREADS.getCurrentThreadAllocatedBytes() - before < 1 << 20);
        }
    }

    @Test
    void rawPixelsHaveTheSameLimits() {
        assertThrows(
                InvalidImageException.class,
                () -> ImageHeader.check(new byte[3 * 4_000_000], Encoding.RAW_RGB, 1, 4_000_000));
    }

    @Test
    void theMemoryOfResamplingIsThatOfTheTarget() {
        for (int[] sides : new int[][] {{8192, 1024}, {1024, 8192}, {8, 64}}) {
            var resampler = Resampler.to(64, 64, sides[0], sides[1]);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            resampler.planes((y, rgb) -> Arrays.fill(rgb, (byte) y));
            long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertTrue(taken < 200_000, "%d x %d took %d bytes".formatted(sides[0], sides[1], taken));
        }
    }

    @Test
    void fourThousandEmptyScansAreRefused() throws IOException {
        byte[] image = Pictures.encoded("jpeg", 90, 70, true);
        int first = Pictures.indexOf(image, 0xFF, 0xDA);
        // A scan of one coefficient without a bit of it: all blocks are skipped by one run (EOBn), or filled with
        // zeros.
        byte[] scan = {(byte) 0xFF, (byte) 0xDA, 0, 8, 1, 1, 0, 63, 63, 0x10, 0x7F};
        var file = new ByteArrayOutputStream();
        file.write(image, 0, image.length - 2);
        for (int i = 0; i < 4_000; i++) {
            file.writeBytes(scan);
        }
        file.write(image, image.length - 2, 2);

        assertTrue(first > 0);
        var e = assertThrows(
                InvalidImageException.class, () -> ImageHeader.check(file.toByteArray(), Encoding.JPEG, 0, 0));
        assertEquals("a JPEG of more scans than 64, or than 134217728 over its 6300 pixels", e.getMessage());
    }

    @Test
    void compressedTextsAndProfilesAreNotUnpacked() {
        byte[] zeros = DrawnPng.deflated(new byte[40_000_000]);
        byte[] text = ByteBuffer.allocate(3 + zeros.length)
                .put((byte) 'a')
                .putShort((short) 0)
                .put(zeros)
                .array();
        byte[] image = new DrawnPng(64, 64, 8, 0, false)
                .bytes(
                        (x, y) -> new int[] {x},
                        DrawnPng.chunk("zTXt", text),
                        DrawnPng.chunk("iCCP", text),
                        DrawnPng.chunk("iTXt", text));
        try (var decoder = new CropDecoder(64, 4_000_000)) {
            decoder.decode(image, Encoding.PNG, 0, 0);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            byte[] planes = decoder.decode(image, Encoding.PNG, 0, 0);
            long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertEquals(63, planes[63]);
            assertTrue(taken < 2 << 20, taken + " bytes");
        }
    }

    @Test
    void pixelsThatUnpackToMoreThanThePictureAreNotUnpacked() {
        byte[] idat = DrawnPng.chunk("IDAT", DrawnPng.deflated(new byte[100_000_000]));
        byte[] small = new DrawnPng(64, 64, 8, 0, false).bytes((x, y) -> new int[] {0});
        byte[] end = DrawnPng.chunk("IEND", new byte[0]);
        byte[] image = ByteBuffer.allocate(33 + idat.length + end.length)
                .put(small, 0, 33)
                .put(idat)
                .put(end)
                .array();
        try (var decoder = new CropDecoder(64, 4_000_000)) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            decoder.decode(image, Encoding.PNG, 0, 0);
            assertTrue(THREADS.getCurrentThreadAllocatedBytes() - before < 8 << 20);
        }
    }

    /** The JDK would have the whole machine go down with it; nobody may take it for a bad picture. */
    @Test
    void anErrorIsNotTakenForABadPicture() {
        var resampler = Resampler.to(64, 64, 64, 64);

        assertThrows(
                OutOfMemoryError.class,
                () -> resampler.planes((y, rgb) -> {
                    throw new OutOfMemoryError("as if");
                }));
    }

    /** The JDK's reader of PNG wraps whatever is thrown. */
    @Test
    void anErrorThatTheJdkWrapsIsNotTakenForABadPicture() {
        var header = new ImageHeader(Encoding.PNG, 64, 64);
        var wrapped = new IIOException("Caught exception during read: ", new OutOfMemoryError("as if"));

        assertThrows(OutOfMemoryError.class, () -> JdkReader.damage(wrapped, header));
        assertThrows(OutOfMemoryError.class, () -> JdkReader.damage(new IllegalStateException(wrapped), header));
    }

    @Test
    void theDeepestCauseIsTheReason() {
        var header = new ImageHeader(Encoding.PNG, 64, 64);
        var cause = new IOException("no such filter", new IllegalArgumentException());

        assertEquals(
                "a damaged PNG: no such filter",
                JdkReader.damage(new IIOException("Caught exception during read: ", cause), header)
                        .getMessage());
        assertEquals(
                "a damaged PNG: ArithmeticException",
                JdkReader.damage(new ArithmeticException(), header).getMessage());
    }

    private static byte[] withSize(byte[] png, int width, int height) {
        var header = ByteBuffer.wrap(Arrays.copyOfRange(png, 16, 29))
                .putInt(0, width)
                .putInt(4, height);
        System.arraycopy(DrawnPng.chunk("IHDR", header.array()), 0, png, 8, 25);
        return png;
    }
}
