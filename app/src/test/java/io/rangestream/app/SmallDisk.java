package io.rangestream.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own that can be filled. Mounting takes root; where it is refused, {@link #mount} says so. */
final class SmallDisk implements AutoCloseable {
    private final Path root;

    private SmallDisk(Path root) {
        this.root = root;
    }

    /** @return whether a file system of this size could be mounted there */
    static boolean mount(Path root, int megabytes) throws IOException, InterruptedException {
        Files.createDirectories(root);
        return run("mount", "-t", "tmpfs", "-o", "size=%dm".formatted(megabytes), "tmpfs", root.toString()) == 0;
    }

    static SmallDisk at(Path mounted) {
        return new SmallDisk(mounted);
    }

    /** Leaves not a byte free. */
    void fill() throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filling())) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            if (Files.size(filling()) == 0) {
                throw full;
            }
        }
    }

    /** Frees what {@link #fill} has taken. */
    void free() throws IOException {
        Files.deleteIfExists(filling());
    }

    @Override
    public void close() throws IOException {
        try {
            run("umount", "-l", root.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Path filling() {
        return root.resolve("filling");
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }
}
