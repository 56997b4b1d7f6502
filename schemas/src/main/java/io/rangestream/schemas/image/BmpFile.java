package io.rangestream.schemas.image;

import io.rangestream.avro.Encoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The structure of a BMP file: uncompressed, of 1, 4, 8, 16, 24 or 32 bits, of Windows or OS/2, rows from the bottom or
 * from the top.
 *
 * @param bits of a pixel
 * @param masks of red, green and blue in a pixel of 16 or 32 bits; empty otherwise
 * @param palette {@code 0xRRGGBB} of each entry, for up to 8 bits; empty otherwise
 * @param pixelsAt offset of the first stored row
 * @param stride bytes from row to row
 * @param topDown whether the first stored row is the top one
 */
@SuppressWarnings("ArrayRecordComponent")
record BmpFile(ImageHeader header, int bits, int[] masks, int[] palette, int pixelsAt, int stride, boolean topDown) {
    private static final int FILE_HEADER = 14;
    private static final int CORE_HEADER = 12;
    private static final int INFO_HEADER = 40;
    private static final int MASKS_AT = 54;
    private static final int BITFIELDS = 3;
    private static final int ALPHA_BITFIELDS = 6;

    static boolean leads(byte[] image) {
        // The zeros are reserved; "BM" alone begins many a text.
        return image.length >= FILE_HEADER + CORE_HEADER
                && image[0] == 'B'
                && image[1] == 'M'
                && bytes(image).getInt(FILE_HEADER) >= CORE_HEADER
                && bytes(image).getInt(FILE_HEADER) <= 1024;
    }

    /** Width and height as the header has them. */
    static Optional<ImageHeader> header(byte[] image) {
        ByteBuffer bytes = bytes(image);
        if (bytes.getInt(FILE_HEADER) == CORE_HEADER) {
            return ImageHeader.of(
                    Encoding.BMP, Short.toUnsignedInt(bytes.getShort(18)), Short.toUnsignedInt(bytes.getShort(20)));
        }
        // A negative height says that the rows run from the top.
        return image.length < FILE_HEADER + INFO_HEADER
                ? Optional.empty()
                : ImageHeader.of(Encoding.BMP, bytes.getInt(18), Math.abs(bytes.getInt(22)));
    }

    /** @throws InvalidImageException if the file is shorter than its rows, compressed, or of an unknown kind */
    static BmpFile scan(byte[] image) {
        ImageHeader header = ImageLimits.check(
                header(image).orElseThrow(() -> new InvalidImageException("a damaged BMP: it has no sound header")));
        ByteBuffer bytes = bytes(image);
        int headerSize = bytes.getInt(FILE_HEADER);
        boolean core = headerSize == CORE_HEADER;
        int bits = bytes.getShort(core ? 24 : 28);
        int compression = core ? 0 : bytes.getInt(30);
        boolean fields = compression == BITFIELDS || compression == ALPHA_BITFIELDS;
        requireUncompressed(compression);
        boolean known =
                switch (bits) {
                    case 1, 4, 8, 24 -> !fields;
                    case 16, 32 -> true;
                    default -> false;
                };
        if (!known || (!core && headerSize < INFO_HEADER)) {
            throw new InvalidImageException(
                    "a BMP of a kind that is not known: %d bits, a header of %d bytes".formatted(bits, headerSize));
        }
        long pixelsAt = Integer.toUnsignedLong(bytes.getInt(10));
        long stride = ((long) header.width() * bits + 31) / 32 * 4;
        if (pixelsAt + stride * header.height() > image.length) {
            throw new InvalidImageException("a BMP that is cut off: %d bytes of %d"
                    .formatted(image.length, pixelsAt + stride * header.height()));
        }
        int masksEnd = fields ? MASKS_AT + 12 : 0;
        if (pixelsAt < Math.max(FILE_HEADER + headerSize, masksEnd)) {
            throw new InvalidImageException("a damaged BMP: its pixels begin inside its header");
        }
        return new BmpFile(
                header,
                bits,
                bits == 16 || bits == 32 ? masks(bytes, bits, fields) : new int[0],
                bits <= 8 ? palette(bytes, core, bits, (int) pixelsAt) : new int[0],
                (int) pixelsAt,
                (int) stride,
                !core && bytes.getInt(22) < 0);
    }

    private static void requireUncompressed(int compression) {
        String name =
                switch (compression) {
                    case 0, BITFIELDS, ALPHA_BITFIELDS -> "";
                    case 1, 2 -> "run lengths";
                    case 4 -> "a JPEG inside";
                    case 5 -> "a PNG inside";
                    default -> "compression " + Integer.toUnsignedString(compression);
                };
        if (!name.isEmpty()) {
            throw new InvalidImageException("a BMP of a kind that is not decoded: " + name);
        }
    }

    private static int[] masks(ByteBuffer bytes, int bits, boolean fields) {
        if (!fields) {
            return bits == 16 ? new int[] {0x7C00, 0x03E0, 0x001F} : new int[] {0xFF0000, 0xFF00, 0xFF};
        }
        var masks = new int[] {bytes.getInt(MASKS_AT), bytes.getInt(MASKS_AT + 4), bytes.getInt(MASKS_AT + 8)};
        for (int mask : masks) {
            int run = mask == 0 ? 0 : mask >>> Integer.numberOfTrailingZeros(mask);
            if (run == 0 || (run & (run + 1)) != 0) {
                throw new InvalidImageException("a damaged BMP: a channel of the bits %08X".formatted(mask));
            }
        }
        return masks;
    }

    /** No more entries than the bits can tell apart, and than there is room for before the pixels. */
    private static int[] palette(ByteBuffer bytes, boolean core, int bits, int pixelsAt) {
        int from = FILE_HEADER + bytes.getInt(FILE_HEADER);
        int entry = core ? 3 : 4;
        long claimed = core ? 0 : Integer.toUnsignedLong(bytes.getInt(46));
        long most = Math.min(1 << bits, (pixelsAt - from) / entry);
        var palette = new int[(int) (claimed == 0 ? most : Math.min(claimed, most))];
        for (int i = 0; i < palette.length; i++) {
            int at = from + i * entry;
            palette[i] = (bytes.get(at + 2) & 0xFF) << 16 | (bytes.get(at + 1) & 0xFF) << 8 | (bytes.get(at) & 0xFF);
        }
        return palette;
    }

    private static ByteBuffer bytes(byte[] image) {
        return ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    }
}
