package io.rangestream.app.evaluate;

import io.rangestream.client.OnnxEmbedder;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.image.CropDecoder;
import io.rangestream.schemas.image.ImageHeader;
import io.rangestream.schemas.image.InvalidImageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Embeds images with a model. Not thread-safe. */
public final class ImageEmbedder {
    private static final int CROPS_PER_CALL = 256;
    private static final long MAX_PIXELS = 4_000_000;

    private final OnnxEmbedder embedder;
    private final boolean mirror;

    /** @param mirror whether an embedding is the mean of an image's and its mirror image's */
    public ImageEmbedder(OnnxEmbedder embedder, boolean mirror) {
        this.embedder = embedder;
        this.mirror = mirror;
    }

    /** @throws ConfigurationException if an image cannot be read or decoded: a protocol's figure needs every pair */
    Templates embed(Map<String, ImageSet.Image> images) throws IOException {
        var templates = new Templates();
        var names = new ArrayList<String>();
        var crops = new ArrayList<byte[]>();
        try (var decoder = new CropDecoder(embedder.inputSize(), MAX_PIXELS)) {
            for (Map.Entry<String, ImageSet.Image> image : images.entrySet()) {
                names.add(image.getKey());
                crops.add(decode(decoder, image.getKey(), image.getValue().read()));
                if (crops.size() == CROPS_PER_CALL) {
                    embed(names, crops, templates);
                }
            }
            embed(names, crops, templates);
        }
        return templates;
    }

    /**
     * Embeds crops that were decoded before, for more than one model on the same images.
     *
     * @param crops by name, of the size of the model's input
     */
    public Templates embedDecoded(Map<String, byte[]> crops) {
        var templates = new Templates();
        var names = new ArrayList<String>();
        var next = new ArrayList<byte[]>();
        crops.forEach((name, crop) -> {
            names.add(name);
            next.add(crop);
            if (next.size() == CROPS_PER_CALL) {
                embed(names, next, templates);
            }
        });
        embed(names, next, templates);
        return templates;
    }

    /**
     * Decodes images to a size.
     *
     * @throws ConfigurationException if one cannot be decoded
     */
    public static Map<String, byte[]> decode(Map<String, ImageSet.Image> images, int inputSize) throws IOException {
        Map<String, byte[]> crops = new TreeMap<>();
        try (var decoder = new CropDecoder(inputSize, MAX_PIXELS)) {
            for (Map.Entry<String, ImageSet.Image> image : images.entrySet()) {
                crops.put(
                        image.getKey(),
                        decode(decoder, image.getKey(), image.getValue().read()));
            }
        }
        return crops;
    }

    private void embed(List<String> names, List<byte[]> crops, Templates into) {
        float[] rows = mirror ? embedder.embedFlipAveraged(crops) : embedder.embed(crops);
        for (int i = 0; i < names.size(); i++) {
            into.put(names.get(i), Arrays.copyOfRange(rows, i * embedder.dim(), (i + 1) * embedder.dim()));
        }
        names.clear();
        crops.clear();
    }

    private static byte[] decode(CropDecoder decoder, String name, byte[] image) {
        try {
            return decoder.decode(image, ImageHeader.encodingOf(image), 0, 0);
        } catch (InvalidImageException e) {
            throw new ConfigurationException("%s: %s".formatted(name, e.getMessage()));
        }
    }
}
