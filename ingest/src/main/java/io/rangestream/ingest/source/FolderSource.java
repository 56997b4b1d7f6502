package io.rangestream.ingest.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Crops in a folder per identity. Links are followed: data sets are often views made of links. */
final class FolderSource implements FaceSource {
    /** One more than top/identity/file, so that a file too deep is reported and a huge tree is not walked. */
    private static final int DEPTH = 4;

    private final Path root;
    private final List<Path> files;
    private final List<FaceRef> faces;
    private final Rejections leftOut;

    private FolderSource(Path root, List<Path> files, FaceIndex index) {
        this.root = root;
        this.files = files;
        this.faces = index.faces();
        this.leftOut = index.rejections();
    }

    static FolderSource open(Path root) throws IOException {
        var index = new FaceIndex();
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), DEPTH, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String relative = relative(file);
                if (attributes.isDirectory()) {
                    index.reject(Reason.MISPLACED, relative + "/");
                } else if (attributes.isRegularFile()) {
                    index.add(relative, attributes.size(), files.size());
                    files.add(file);
                } else {
                    index.reject(Reason.NOT_A_FILE, relative);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (file.equals(root)) {
                    throw e;
                }
                index.reject(Reason.UNREADABLE, relative(file));
                return FileVisitResult.CONTINUE;
            }

            private String relative(Path file) {
                return root.relativize(file)
                        .toString()
                        .replace(root.getFileSystem().getSeparator(), "/");
            }
        });
        return new FolderSource(root, files, index);
    }

    @Override
    public String description() {
        return root.toString();
    }

    @Override
    public List<FaceRef> faces() {
        return faces;
    }

    @Override
    public Rejections leftOut() {
        return leftOut;
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
}
