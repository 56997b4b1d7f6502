package io.rangestream.schemas.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's own reader of a format: a plug-in on the class path might give other pixels than the learner was trained on.
 * A warning is as good as a failure, since the reader makes pixels up where data is damaged or missing. Not thread-safe.
 */
final class JdkReader implements AutoCloseable {
    private final ImageReader reader;
    private @Nullable String warning;

    JdkReader(String format) {
        this.reader = reader(format);
        reader.addIIOReadWarningListener((source, text) -> warning = warning == null ? text : warning);
    }

    /** Decoded, with the reader's own conversion of colours. */
    Raster read(byte[] image, ImageHeader header) {
        return read(image, header, false);
    }

    /** The components as they are stored. */
    Raster readRaster(byte[] image, ImageHeader header) {
        return read(image, header, true);
    }

    @Override
    public void close() {
        reader.dispose();
    }

    private Raster read(byte[] image, ImageHeader header, boolean stored) {
        warning = null;
        try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(image))) {
            reader.setInput(stream, true, true);
            Raster raster = stored ? reader.readRaster(0, null) : reader.read(0).getRaster();
            if (raster.getWidth() != header.width() || raster.getHeight() != header.height()) {
                throw new InvalidImageException("the image is %d x %d but its header says %d x %d"
                        .formatted(raster.getWidth(), raster.getHeight(), header.width(), header.height()));
            }
            if (warning != null) {
                throw new InvalidImageException("a damaged %s: %s".formatted(header.encoding(), oneLine(warning)));
            }
            return raster;
        } catch (InvalidImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw damage(e, header);
        } finally {
            reader.setInput(null);
        }
    }

    /**
     * The JDK's readers meet damage with exceptions of many types, and wrap what their parts throw; the deepest says most.
     *
     * @throws Error if one, as of memory, is among the causes: then the picture may be sound
     */
    static InvalidImageException damage(Exception e, ImageHeader header) {
        String reason = e.getClass().getSimpleName();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof Error error) {
                throw error;
            }
            String message = cause.getMessage();
            if (message != null && !message.isBlank()) {
                reason = message;
            }
        }
        return new InvalidImageException("a damaged %s: %s".formatted(header.encoding(), oneLine(reason)));
    }

    private static String oneLine(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("no reason given");
    }

    private static ImageReader reader(String format) {
        Iterator<ImageReaderSpi> providers = IIORegistry.getDefaultInstance()
                .getServiceProviders(
                        ImageReaderSpi.class,
                        provider -> provider.getClass().getName().startsWith("com.sun.imageio.plugins." + format + "."),
                        true);
        try {
            return providers.next().createReaderInstance();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the JDK's %s reader cannot be made: %s".formatted(format, e.getMessage()), e);
        }
    }
}
