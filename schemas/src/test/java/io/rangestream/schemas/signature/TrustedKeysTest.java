package io.rangestream.schemas.signature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedKeysTest {
    private static final byte[] KEY = "faces/3".getBytes(StandardCharsets.UTF_8);
    private static final byte[] VALUE = {1, 2, 3};

    @TempDir
    private Path folder;

    private Path privateKey = Path.of("");
    private Path publicKey = Path.of("");

    @BeforeEach
    void generate() throws IOException {
        privateKey = folder.resolve("key");
        publicKey = folder.resolve("key.pub");
        SigningKey.generate(privateKey, publicKey);
    }

    @Test
    void whatTheKeySignedIsAccepted() {
        assertEquals(Optional.empty(), TrustedKeys.read(publicKey).objection(KEY, VALUE, signed()));
    }

    @Test
    void whatIsNotSignedIsNotAccepted() {
        assertEquals("it is not signed", objection(KEY, VALUE, new RecordHeaders()));
    }

    @Test
    void aFlippedBitInKeyValueOrSignatureIsSeen() {
        byte[] signature = signed().lastHeader(UpdateSignature.HEADER).value().clone();
        signature[10] ^= 1;

        assertTrue(objection("faces/4".getBytes(StandardCharsets.UTF_8), VALUE, signed())
                .contains("altered"));
        assertTrue(objection(KEY, new byte[] {1, 2, 2}, signed()).contains("altered"));
        assertTrue(objection(KEY, VALUE, headers(signature)).contains("altered"));
        assertTrue(objection(KEY, VALUE, headers(new byte[3])).contains("altered"));
    }

    @Test
    void bytesCannotMoveFromTheKeyToTheValue() {
        byte[] longer = "faces/3\u0001".getBytes(StandardCharsets.UTF_8);

        assertTrue(objection(longer, new byte[] {2, 3}, signed()).contains("altered"));
    }

    @Test
    void aSignedValueIsNoSignedTombstone() {
        assertTrue(objection(KEY, null, signed()).contains("altered"));
        assertEquals(
                Optional.empty(),
                TrustedKeys.read(publicKey)
                        .objection(
                                KEY, null, headers(SigningKey.read(privateKey).sign("faces/3", new byte[0]))));
    }

    @Test
    void oneOfSeveralKeysIsEnough() throws IOException {
        SigningKey.generate(folder.resolve("other"), folder.resolve("other.pub"));
        Path both = Files.writeString(
                folder.resolve("both.pub"),
                Files.readString(folder.resolve("other.pub")) + Files.readString(publicKey));

        assertEquals(Optional.empty(), TrustedKeys.read(both).objection(KEY, VALUE, signed()));
        assertTrue(TrustedKeys.read(folder.resolve("other.pub"))
                .objection(KEY, VALUE, signed())
                .isPresent());
    }

    @Test
    void withoutKeysEverythingIsAccepted() {
        assertEquals(Optional.empty(), TrustedKeys.anyone().objection(KEY, VALUE, new RecordHeaders()));
    }

    @Test
    void theSignerKnowsItsOwnSignatures() throws IOException {
        SigningKey own = SigningKey.read(privateKey);
        SigningKey.generate(folder.resolve("other"), folder.resolve("other.pub"));
        byte[] foreign = SigningKey.read(folder.resolve("other")).sign("faces/3", VALUE);

        assertEquals(Optional.empty(), own.objection(KEY, VALUE, signed()));
        assertEquals(Optional.empty(), own.objection(KEY, null, headers(own.sign("faces/3", new byte[0]))));
        assertEquals(Optional.of("it is not signed"), own.objection(KEY, VALUE, new RecordHeaders()));
        assertTrue(own.objection(KEY, new byte[] {9}, signed()).orElseThrow().contains("altered"));
        assertTrue(own.objection(KEY, VALUE, headers(foreign)).orElseThrow().contains("another key"));
    }

    @Test
    void thePrivateKeyIsItsOwnersAlone() throws IOException {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(privateKey)));
    }

    @Test
    void keysAreNeverReplaced() {
        assertThrows(IOException.class, () -> SigningKey.generate(folder.resolve("new"), publicKey));
        assertThrows(IOException.class, () -> SigningKey.generate(privateKey, folder.resolve("new.pub")));
    }

    @Test
    void aFileWithoutAKeyIsOneLine() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "nothing");

        assertTrue(message(() -> TrustedKeys.read(empty)).endsWith("has no PUBLIC KEY"));
        assertTrue(message(() -> SigningKey.read(publicKey)).endsWith("has no PRIVATE KEY"));
        assertTrue(message(() -> TrustedKeys.read(folder.resolve("nowhere"))).endsWith("cannot be read"));
    }

    private static String message(Runnable work) {
        return assertThrows(ConfigurationException.class, work::run).getMessage();
    }

    private String objection(byte[] key, byte[] value, Headers headers) {
        return TrustedKeys.read(publicKey).objection(key, value, headers).orElse("none");
    }

    private Headers signed() {
        return headers(SigningKey.read(privateKey).sign("faces/3", VALUE));
    }

    private static Headers headers(byte[] signature) {
        return new RecordHeaders().add(UpdateSignature.HEADER, signature);
    }
}
