package io.rangestream.schemas.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Exif's orientation, tag 0x0112 of the first directory (CIPA DC-008, 4.6.4). Whatever cannot be read counts as upright. */
final class Exif {
    private static final int EXIF = 0x45786966;
    private static final int ORIENTATION = 0x0112;
    private static final int SHORT = 3;
    private static final int LONG = 4;

    private Exif() {}

    /** @param data of a PNG's eXIf chunk; some programs write the prefix of a JPEG's segment there, which does not belong */
    static Orientation ofChunk(ByteBuffer data) {
        boolean prefixed = data.limit() >= 6 && data.getInt(0) == EXIF && data.getShort(4) == 0;
        return orientation(prefixed ? data.slice(6, data.limit() - 6) : data);
    }

    /** @param tiff what follows {@code Exif\0\0} in a JPEG */
    static Orientation orientation(ByteBuffer tiff) {
        if (tiff.limit() < 8) {
            return Orientation.UPRIGHT;
        }
        int order = tiff.getShort(0);
        if (order != 0x4949 && order != 0x4D4D) {
            return Orientation.UPRIGHT;
        }
        tiff.order(order == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = Integer.toUnsignedLong(tiff.getInt(4));
        if (directory + 2 > tiff.limit()) {
            return Orientation.UPRIGHT;
        }
        int entries = Short.toUnsignedInt(tiff.getShort((int) directory));
        for (int i = 0; i < entries; i++) {
            long at = directory + 2 + 12L * i;
            if (at + 12 > tiff.limit()) {
                break;
            }
            int entry = (int) at;
            if (Short.toUnsignedInt(tiff.getShort(entry)) == ORIENTATION) {
                int type = tiff.getShort(entry + 2);
                long value = type == SHORT
                        ? Short.toUnsignedLong(tiff.getShort(entry + 8))
                        : type == LONG ? Integer.toUnsignedLong(tiff.getInt(entry + 8)) : 0;
                return Orientation.of(value);
            }
        }
        return Orientation.UPRIGHT;
    }
}
