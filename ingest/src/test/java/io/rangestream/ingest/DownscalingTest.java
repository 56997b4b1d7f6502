package io.rangestream.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.ingest.source.Crops;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.source.Jpeg;
import io.rangestream.ingest.source.Reason;
import io.rangestream.ingest.source.Rejections;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.image.CropDecoder;
import io.rangestream.schemas.image.FaceIds;
import io.rangestream.schemas.image.ImageHeader;
import io.rangestream.schemas.image.InvalidImageException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pictures that are too large are sent smaller, with the pixels that were meant and the name of what they were made of. */
class DownscalingTest {
    private static final int MAX_BYTES = 65_536;
    private static final FaceCheck CHECK = new FaceCheck(MAX_BYTES, 4_000_000, 512);

    /** APP1 with Exif of orientation 6: the picture has to be turned right. */
    private static final byte[] TURN_RIGHT = {
        (byte) 0xFF,
        (byte) 0xE1,
        0,
        34,
        'E',
        'x',
        'i',
        'f',
        0,
        0,
        'M',
        'M',
        0,
        42,
        0,
        0,
        0,
        8,
        0,
        1,
        1,
        0x12,
        0,
        3,
        0,
        0,
        0,
        1,
        0,
        6,
        0,
        0,
        0,
        0,
        0,
        0
    };

    @TempDir
    Path dir;

    static Stream<Arguments> photos() throws IOException {
        byte[] landscape = Jpeg.encode(drawn(2000, 1200, BufferedImage.TYPE_INT_RGB, 0), 0.9f);
        return Stream.of(
                Arguments.of("long side", landscape, 512, 307),
                Arguments.of("turned by Exif", turned(landscape), 307, 512),
                Arguments.of("too many bytes", png(drawn(300, 200, BufferedImage.TYPE_INT_RGB, 60)), 300, 200),
                Arguments.of("too many pixels", png(drawn(2500, 2400, BufferedImage.TYPE_INT_RGB, 0)), 512, 492),
                Arguments.of("grey", png(drawn(900, 900, BufferedImage.TYPE_BYTE_GRAY, 20)), 512, 512),
                Arguments.of("grey of 16 bits", png(drawn(900, 900, BufferedImage.TYPE_USHORT_GRAY, 0)), 512, 512),
                Arguments.of("transparent", png(drawn(900, 900, BufferedImage.TYPE_INT_ARGB, 0)), 512, 512));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("photos")
    void aLargerPictureIsSentUprightAndSmall(String what, byte[] photo, int width, int height) throws IOException {
        FaceCheck.Checked checked = check(photo, new Rejections()).orElseThrow();

        LabeledFace face = checked.face();
        byte[] sent = face.getImage().array();
        assertTrue(checked.isScaled() && sent.length <= MAX_BYTES);
        assertEquals(Encoding.JPEG, face.getEncoding());
        assertEquals(FaceIds.contentHash(photo), face.getFaceId(), "the original's");
        assertEquals(new ImageHeader(Encoding.JPEG, width, height), ImageHeader.check(sent, Encoding.JPEG, 0, 0));
        try (var decoder = new CropDecoder(64, 1L << 26)) {
            byte[] meant = decoder.decode(photo, ImageHeader.encodingOf(photo), 0, 0);
            byte[] got = decoder.decode(sent, Encoding.JPEG, 0, 0);
            double sum = 0;
            for (int i = 0; i < meant.length; i++) {
                sum += Math.abs((meant[i] & 0xFF) - (got[i] & 0xFF));
            }
            assertTrue(sum / meant.length < 4, "%s differs by %.1f".formatted(what, sum / meant.length));
        }
    }

    @Test
    void aPictureThatStaysTooLargeGetsShorterSides() throws IOException {
        byte[] noise = png(drawn(700, 700, BufferedImage.TYPE_INT_RGB, 255));

        byte[] sent =
                check(noise, new Rejections()).orElseThrow().face().getImage().array();

        int width = ImageHeader.check(sent, Encoding.JPEG, 0, 0).width();
        assertTrue(sent.length <= MAX_BYTES && width < 512 && width >= 112, () -> sent.length + " bytes at " + width);
    }

    /** 450 x 56 would be what 4500 x 563 rounds to, and more than 8 : 1. */
    @ParameterizedTest
    @CsvSource({"4500, 563, 450", "563, 4500, 450", "4096, 512, 500"})
    void scalingTakesNoPictureBeyondTheAspectThatIsTaken(int width, int height, int side) throws IOException {
        byte[] photo = png(drawn(width, height, BufferedImage.TYPE_BYTE_GRAY, 0));

        byte[] sent = new Downscaler(side, MAX_BYTES).scale(photo, Encoding.PNG).orElseThrow();

        ImageHeader header = ImageHeader.check(sent, Encoding.JPEG, 0, 0);
        assertEquals(side, Math.max(header.width(), header.height()));
        assertEquals(Math.ceil(side / 8.0), Math.min(header.width(), header.height()));
    }

    @Test
    void aPictureThatWouldFillTheHeapIsRefusedBeforeItIsDecoded() throws IOException {
        byte[] grey = png(drawn(900, 900, BufferedImage.TYPE_BYTE_GRAY, 0));
        byte[] deep = png(drawn(900, 900, BufferedImage.TYPE_USHORT_GRAY, 0));
        long memory = 900 * 900 + 4L * grey.length + 18 * 512 * 512;

        assertTrue(
                new Downscaler(512, MAX_BYTES, memory).scale(grey, Encoding.PNG).isPresent());
        var e = assertThrows(
                InvalidImageException.class, () -> new Downscaler(512, MAX_BYTES, memory).scale(deep, Encoding.PNG));
        assertTrue(String.valueOf(e.getMessage()).contains("more than the 5 MB allowed of this heap"), e.getMessage());
        assertThrows(InvalidImageException.class, () -> new Downscaler(512, MAX_BYTES, memory - 2)
                .scale(grey, Encoding.PNG));
    }

    @Test
    void aCropThatFitsIsSentAsItIs() throws IOException {
        byte[] crop = Crops.png(3);

        FaceCheck.Checked checked = check(crop, new Rejections()).orElseThrow();

        assertFalse(checked.isScaled());
        assertEquals(0, Arrays.compare(crop, checked.face().getImage().array()));
    }

    @Test
    void aDamagedPhotoIsRejectedWithItsReason() throws IOException {
        byte[] photo = Jpeg.encode(drawn(2000, 1200, BufferedImage.TYPE_INT_RGB, 0), 0.9f);
        var rejections = new Rejections();

        assertTrue(check(Arrays.copyOf(photo, photo.length * 2 / 3), rejections).isEmpty());

        assertEquals(
                List.of(Reason.UNUSABLE_IMAGE),
                List.copyOf(rejections.byReason().keySet()));
    }

    @Test
    void theSummarySaysWhatWasScaledAndThatItLooksLikePhotos() throws IOException {
        Crops crops = new Crops(Map.of(
                "Ann/1.png", png(drawn(700, 500, BufferedImage.TYPE_INT_RGB, 0)),
                "Ann/2.png", png(drawn(900, 500, BufferedImage.TYPE_INT_RGB, 0)),
                "Bob/1.png", Crops.png(1)));
        var config = IngestConfig.from(Settings.of(Map.of()));
        var producer = new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
        try (FaceSource source = FaceSource.open(crops.folder(dir));
                var ingest = new Ingest(config, "faces", "b:1", producer, Time.SYSTEM, Rejections.Log.NONE)) {
            String text =
                    ingest.run(source, Optional.empty(), ProgressListener.NONE).render();

            assertTrue(text.contains("2 larger pictures were scaled down: no side above 512 pixels"), text);
            assertTrue(text.contains("most look like whole photos"), text);
        }
    }

    private Optional<FaceCheck.Checked> check(byte[] image, Rejections rejections) throws IOException {
        Path folder = Files.createTempDirectory(dir, "photo");
        try (FaceSource source = FaceSource.open(new Crops(Map.of("Ann/1.jpg", image)).folder(folder))) {
            return CHECK.labelled(source, source.faces().get(0), rejections);
        }
    }

    /** A gradient, no two corners alike, with noise of this range. */
    private static BufferedImage drawn(int width, int height, int type, int noise) {
        var image = new BufferedImage(width, height, type);
        var random = new Random(1);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int r = level(255.0 * x / width, noise, random);
                int g = level(255.0 * y / height, noise, random);
                int b = level(128, noise, random);
                image.setRGB(x, y, (255 - 128 * y / height) << 24 | r << 16 | g << 8 | b);
            }
        }
        return image;
    }

    private static int level(double value, int noise, Random random) {
        return noise == 0 ? (int) value : (int) Math.max(0, Math.min(255, value + random.nextInt(noise) - noise / 2.0));
    }

    private static byte[] png(BufferedImage image) throws IOException {
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    private static byte[] turned(byte[] jpeg) {
        var out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        out.writeBytes(TURN_RIGHT);
        out.write(jpeg, 2, jpeg.length - 2);
        return out.toByteArray();
    }
}
