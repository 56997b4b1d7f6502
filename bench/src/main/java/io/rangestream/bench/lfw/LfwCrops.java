package io.rangestream.bench.lfw;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/** LFW in memory: crops of 64 × 64 as the reference prepares them, people and pairs of the development split. */
final class LfwCrops {

    static final int SIZE = 64;

    /** Values of one crop. */
    static final int CROP_LENGTH = 3 * SIZE * SIZE;

    private static final int TAR_BLOCK = 512;

    private final Path folder;
    private final Map<String, byte[]> pixels = new HashMap<>();

    /** Two crops of one person, or of two. */
    record Pair(String first, String second, boolean same) {}

    LfwCrops(Path folder) throws IOException {
        this.folder = folder;
        byte[] tar = Files.readAllBytes(folder.resolve("lfw-112.tar"));
        for (int at = 0; at + TAR_BLOCK <= tar.length && tar[at] != 0; ) {
            String name = text(tar, at, 100);
            int length = Integer.parseInt(text(tar, at + 124, 12).trim(), 8);
            if (name.endsWith(".jpg")) {
                BufferedImage image = ImageIO.read(new ByteArrayInputStream(tar, at + TAR_BLOCK, length));
                String file = name.substring(name.lastIndexOf('/') + 1, name.length() - 4);
                pixels.put(file, resized(image));
            }
            at += TAR_BLOCK + (length + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
        }
    }

    /**
     * Writes a crop as network input: shifted with repeated edges, perhaps mirrored.
     *
     * @param out {@code [n, 3, 64, 64]}
     * @param at place of the crop in {@code out}
     */
    void put(String crop, boolean mirror, int dy, int dx, float[] out, int at) {
        byte[] from = Objects.requireNonNull(pixels.get(crop), crop);
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < SIZE; y++) {
                for (int x = 0; x < SIZE; x++) {
                    int sy = Math.max(0, Math.min(SIZE - 1, y - dy));
                    int sx = Math.max(0, Math.min(SIZE - 1, x - dx));
                    byte value = from[(c * SIZE + sy) * SIZE + (mirror ? SIZE - 1 - sx : sx)];
                    out[at * CROP_LENGTH + (c * SIZE + y) * SIZE + x] = ((value & 0xFF) - 127.5f) / 128f;
                }
            }
        }
    }

    /** People of DevTrain with at least two crops, in alphabetical order, and their crops. */
    Map<String, List<String>> people() throws IOException {
        Map<String, List<String>> people = new TreeMap<>();
        for (String[] fields : lines("peopleDevTrain.txt")) {
            int count = Integer.parseInt(fields[1]);
            if (count >= 2) {
                List<String> crops = new ArrayList<>();
                for (int i = 1; i <= count; i++) {
                    crops.add(crop(fields[0], i));
                }
                people.put(fields[0], crops);
            }
        }
        return people;
    }

    List<Pair> pairs(String file) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        for (String[] f : lines(file)) {
            boolean same = f.length == 3;
            pairs.add(new Pair(
                    crop(f[0], Integer.parseInt(f[1])),
                    same ? crop(f[0], Integer.parseInt(f[2])) : crop(f[2], Integer.parseInt(f[3])),
                    same));
        }
        return pairs;
    }

    /** Bilinear with a kernel as wide as the reduction, in two rounded passes, as Pillow's {@code resize} does it. */
    static byte[] resized(BufferedImage image) {
        int in = image.getWidth();
        var planes = new double[3][in * in];
        for (int y = 0; y < in; y++) {
            for (int x = 0; x < in; x++) {
                int rgb = image.getRGB(x, y);
                for (int c = 0; c < 3; c++) {
                    planes[c][y * in + x] = rgb >> (16 - 8 * c) & 0xFF;
                }
            }
        }
        double[][] taps = taps(in);
        var out = new byte[3 * SIZE * SIZE];
        for (int c = 0; c < 3; c++) {
            var rows = new double[in * SIZE];
            for (int y = 0; y < in; y++) {
                for (int x = 0; x < SIZE; x++) {
                    double sum = 0;
                    for (int i = first(x, in); i < end(x, in); i++) {
                        sum += taps[x][i] * planes[c][y * in + i];
                    }
                    rows[y * SIZE + x] = Math.rint(sum);
                }
            }
            for (int y = 0; y < SIZE; y++) {
                for (int x = 0; x < SIZE; x++) {
                    double sum = 0;
                    for (int i = first(y, in); i < end(y, in); i++) {
                        sum += taps[y][i] * rows[i * SIZE + x];
                    }
                    out[(c * SIZE + y) * SIZE + x] = (byte) Math.rint(sum);
                }
            }
        }
        return out;
    }

    private static double[][] taps(int in) {
        double scale = (double) in / SIZE;
        var taps = new double[SIZE][in];
        for (int x = 0; x < SIZE; x++) {
            double centre = (x + 0.5) * scale;
            double sum = 0;
            for (int i = 0; i < in; i++) {
                taps[x][i] = Math.max(0, 1 - Math.abs((i + 0.5 - centre) / scale));
                sum += taps[x][i];
            }
            for (int i = 0; i < in; i++) {
                taps[x][i] /= sum;
            }
        }
        return taps;
    }

    /** First pixel with a weight in an output pixel; most have none. */
    private static int first(int x, int in) {
        return Math.max(0, (x - 1) * in / SIZE);
    }

    private static int end(int x, int in) {
        return Math.min(in, ((x + 2) * in + SIZE - 1) / SIZE);
    }

    private List<String[]> lines(String file) throws IOException {
        return Files.readAllLines(folder.resolve(file)).stream()
                .skip(1)
                .filter(line -> !line.isBlank())
                .map(line -> line.trim().split("\\s+"))
                .toList();
    }

    private static String crop(String person, int number) {
        return "%s_%04d".formatted(person, number);
    }

    private static String text(byte[] bytes, int from, int length) {
        String field = new String(bytes, from, length, StandardCharsets.ISO_8859_1);
        int end = field.indexOf(0);
        return end < 0 ? field : field.substring(0, end);
    }
}
