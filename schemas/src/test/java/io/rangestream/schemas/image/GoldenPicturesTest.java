package io.rangestream.schemas.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rangestream.avro.Encoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The file that holds learner, client and examples to the same pixels, by a decoder that is none of theirs. */
class GoldenPicturesTest {
    private static final Path FILE = Path.of("../examples/preprocessing.json");

    @Test
    void thePixelsAreThoseOfTheFile() throws IOException {
        JsonNode golden = new ObjectMapper().readTree(Files.readAllBytes(FILE));
        int size = golden.get("size").asInt();

        assertEquals(CropDecoder.PREPROCESSING, golden.get("preprocessing").asInt());
        try (var decoder = new CropDecoder(size, 100_000)) {
            for (JsonNode picture : golden.get("pictures")) {
                byte[] image = picture.get("image").binaryValue();
                var encoding = Encoding.valueOf(picture.get("encoding").asText());
                ImageHeader.check(image, encoding, 0, 0);
                byte[] planes = decoder.decode(image, encoding, 0, 0);
                byte[] expected = picture.get("planes").binaryValue();
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(
                            expected[i] & 0xFF,
                            planes[i] & 0xFF,
                            picture.get("tolerance").asInt(),
                            picture.get("what").asText());
                }
            }
        }
    }
}
