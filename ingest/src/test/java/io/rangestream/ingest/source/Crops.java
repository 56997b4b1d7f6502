package io.rangestream.ingest.source;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Small data sets, written the same as a folder and as each archive. */
public record Crops(Map<String, byte[]> files) {

    /** Three people with 3, 2 and 1 crops below one top folder, as LFW has them. */
    public static Crops lfwLike() {
        var files = new LinkedHashMap<String, byte[]>();
        files.put("lfw-112/Zoë_Tail/Zoë_Tail_0001.jpg", png(9));
        for (int i = 1; i <= 3; i++) {
            files.put("lfw-112/Ann_Head/Ann_Head_000" + i + ".jpg", png(i));
        }
        files.put("lfw-112/Bob_Mid/Bob_Mid_0002.jpg", png(12));
        files.put("lfw-112/Bob_Mid/Bob_Mid_0001.jpg", png(11));
        return new Crops(files);
    }

    public Crops with(String path, byte[] bytes) {
        var more = new LinkedHashMap<>(files);
        more.put(path, bytes);
        return new Crops(more);
    }

    /** A picture of its own for each number. */
    public static byte[] png(int number) {
        var image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        image.setRGB(number % 8, number / 8 % 8, 0xFF8040 + number);
        var out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    public Path folder(Path root) throws IOException {
        for (var file : files.entrySet()) {
            Path path = root.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return root;
    }

    public Path tar(Path path) throws IOException {
        try (OutputStream out = Files.newOutputStream(path)) {
            writeTar(out);
        }
        return path;
    }

    public Path tarGz(Path path) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
            writeTar(out);
        }
        return path;
    }

    public Path zip(Path path) throws IOException {
        try (var zip = new ZipOutputStream(Files.newOutputStream(path))) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return path;
    }

    private void writeTar(OutputStream out) throws IOException {
        try (var tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name())) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.putArchiveEntry(new TarArchiveEntry("lfw-112/"));
            tar.closeArchiveEntry();
            for (var file : files.entrySet()) {
                var entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        }
    }
}
