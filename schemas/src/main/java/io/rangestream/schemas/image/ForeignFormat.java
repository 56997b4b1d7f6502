package io.rangestream.schemas.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Names of what is sent instead of a JPEG, PNG or BMP, by the first bytes. */
final class ForeignFormat {
    /** Name and the bytes at an offset, as Latin-1. */
    private record Magic(String name, int at, String bytes) {}

    private static final List<Magic> MAGICS = List.of(
            new Magic("GIF", 0, "GIF8"),
            new Magic("TIFF", 0, "II*\0"),
            new Magic("TIFF", 0, "MM\0*"),
            new Magic("BigTIFF", 0, "II+\0"),
            new Magic("BigTIFF", 0, "MM\0+"),
            new Magic("JPEG 2000", 4, "jP  \r\n\u0087\n"),
            new Magic("JPEG 2000", 0, "\u00ff\u004f\u00ff\u0051"),
            new Magic("JPEG XL", 0, "\u00ff\n"),
            new Magic("JPEG XL", 4, "JXL \r\n\u0087\n"),
            new Magic("JPEG XR", 0, "II\u00bc"),
            new Magic("MNG", 0, "\u008aMNG"),
            new Magic("Photoshop", 0, "8BPS"),
            new Magic("icon (ICO)", 0, "\0\0\1\0"),
            new Magic("cursor (CUR)", 0, "\0\0\2\0"),
            new Magic("PDF", 0, "%PDF"),
            new Magic("PostScript", 0, "%!PS"),
            new Magic("QOI", 0, "qoif"),
            new Magic("OpenEXR", 0, "v/1\1"),
            new Magic("DDS", 0, "DDS "),
            new Magic("FLIF", 0, "FLIF"),
            new Magic("BPG", 0, "BPG\u00fb"),
            new Magic("NumPy", 0, "\u0093NUMPY"),
            new Magic("gzip", 0, "\u001f\u008b"),
            new Magic("zip", 0, "PK\3\4"),
            new Magic("Matroska or WebM", 0, "\u001a\u0045\u00df\u00a3"));

    private ForeignFormat() {}

    /** What the bytes seem to be, if they are known. */
    static Optional<String> name(byte[] image) {
        String start = new String(image, 0, Math.min(image.length, 512), StandardCharsets.ISO_8859_1);
        if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
            return Optional.of("WebP");
        }
        if (start.startsWith("ftyp", 4)) {
            return Optional.of(isoMedia(start));
        }
        if (start.length() > 2
                && start.charAt(0) == 'P'
                && "1234567".indexOf(start.charAt(1)) >= 0
                && Character.isWhitespace(start.charAt(2))) {
            return Optional.of("Netpbm");
        }
        for (Magic magic : MAGICS) {
            if (start.startsWith(magic.bytes(), magic.at())) {
                return Optional.of(magic.name());
            }
        }
        return text(image, start);
    }

    /** ISO base media files say what they are by brands: the major one, then the compatible ones. */
    private static String isoMedia(String start) {
        String brands = start.substring(8, Math.min(start.length(), 64));
        if (brands.startsWith("avif") || brands.startsWith("avis")) {
            return "AVIF";
        }
        for (String brand : new String[] {"heic", "heix", "heim", "heis", "hevc", "hevx"}) {
            if (brands.contains(brand)) {
                return "HEIC";
            }
        }
        if (brands.contains("avif")) {
            return "AVIF";
        }
        return brands.startsWith("mif1") || brands.startsWith("msf1") ? "HEIF" : "a video (MP4)";
    }

    private static Optional<String> text(byte[] image, String start) {
        String trimmed =
                start.startsWith("\u00ef\u00bb\u00bf") ? start.substring(3).strip() : start.strip();
        String lower = trimmed.toLowerCase(Locale.ROOT);
        if (lower.startsWith("<svg") || (lower.startsWith("<?xml") && lower.contains("<svg"))) {
            return Optional.of("SVG");
        }
        if (lower.startsWith("<!doctype html") || lower.startsWith("<html")) {
            return Optional.of("HTML");
        }
        if (trimmed.startsWith("/9j/") || trimmed.startsWith("iVBORw0KGgo") || lower.startsWith("data:image/")) {
            return Optional.of("Base64 text of an image");
        }
        boolean printable =
                Arrays.equals(image, 0, Math.min(image.length, 512), asciiOnly(image), 0, Math.min(image.length, 512));
        return printable && !trimmed.isEmpty() ? Optional.of("text") : Optional.empty();
    }

    private static byte[] asciiOnly(byte[] image) {
        byte[] kept = Arrays.copyOf(image, Math.min(image.length, 512));
        for (int i = 0; i < kept.length; i++) {
            boolean printable =
                    (kept[i] >= ' ' && kept[i] < 0x7F) || kept[i] == '\n' || kept[i] == '\r' || kept[i] == '\t';
            kept[i] = (byte) (printable ? kept[i] : ~kept[i]);
        }
        return kept;
    }
}
