package io.rangestream.ingest.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Files of a folder. Links are followed: data sets are often views made of links. */
final class FolderContent extends SimpleFileVisitor<Path> implements ListedSource.Content {
    private final Path root;
    private final FaceIndex index;
    private final List<Path> files = new ArrayList<>();

    private FolderContent(Path root, FaceIndex index) {
        this.root = root;
        this.index = index;
    }

    static FaceSource open(Path root, FaceIndex index) throws IOException {
        var content = new FolderContent(root, index);
        Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, content);
        return new ListedSource(root.toString(), index, content);
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        String relative = root.relativize(file).toString();
        if (!attributes.isRegularFile()) {
            index.reject(Reason.NOT_A_FILE, bytes(file), "");
        } else {
            if (relative.chars().allMatch(c -> c < 0x80)) {
                index.add(relative, attributes.size(), files.size());
            } else {
                index.add(bytes(file), attributes.size(), files.size());
            }
            files.add(file);
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
        if (file.equals(root)) {
            throw e;
        }
        index.reject(Reason.UNREADABLE, bytes(file), e.getClass().getSimpleName());
        return FileVisitResult.CONTINUE;
    }

    @Override
    public byte[] read(FaceRef face) throws IOException {
        try (InputStream in = Files.newInputStream(files.get((int) face.position()))) {
            // A file that grew since the index was made must not grow past what was checked.
            return in.readNBytes((int) Math.min(face.bytes(), Integer.MAX_VALUE - 8));
        }
    }

    @Override
    public void close() {}

    /**
     * The relative path as the file system has it. Its text would be in the character set of the process's locale, with every
     * other byte lost; a URI has the bytes.
     */
    private byte[] bytes(Path file) {
        String escaped =
                file.toUri().getRawPath().substring(root.toUri().getRawPath().length());
        var bytes = new ByteArrayOutputStream(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '%') {
                bytes.write(Integer.parseInt(escaped, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.writeBytes(escaped.substring(i, i + 1).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }
}
