package io.rangestream.ingest.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rangestream.avro.Encoding;
import io.rangestream.schemas.identity.IdentityList;
import io.rangestream.schemas.image.ImageHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The real Labeled Faces in the Wild, where it is at hand: {@code lfw-112.tar} and the people files in the folder that
 * the system property or environment variable {@code rangestream.lfw} / {@code RANGESTREAM_LFW} names.
 */
class LfwTest {
    @Test
    void everyCropOfLfwIsReadWithItsIdentity() throws IOException {
        Path folder = lfw();
        try (FaceSource source = FaceSource.open(folder.resolve("lfw-112.tar"))) {
            assertEquals(13_233, source.faces().size());
            assertEquals(0, source.leftOut().total());
            var identities = source.faces().stream().map(FaceRef::identity).collect(Collectors.toSet());
            assertEquals(5_749, identities.size());
            for (int i = 0; i < source.faces().size(); i += 500) {
                byte[] image = source.read(source.faces().get(i));
                assertEquals(Optional.of(new ImageHeader(Encoding.JPEG, 112, 112)), ImageHeader.read(image));
            }

            var train = IdentityList.read(folder.resolve("peopleDevTrain.txt"));
            var test = IdentityList.read(folder.resolve("peopleDevTest.txt"));
            assertEquals(4_038, train.names().size());
            assertEquals(1_711, test.names().size());
            assertTrue(identities.containsAll(train.names()));
            var folds = new HashSet<>(
                    IdentityList.read(folder.resolve("people.txt")).names());
            assertEquals(identities, folds);
        }
    }

    private static Path lfw() {
        String environment = System.getenv().getOrDefault("RANGESTREAM_LFW", "../../shared/data/lfw");
        Path folder = Path.of(System.getProperty("rangestream.lfw", environment));
        assumeTrue(Files.exists(folder.resolve("lfw-112.tar")), () -> "LFW is not at %s; set rangestream.lfw"
                .formatted(folder));
        return folder;
    }
}
