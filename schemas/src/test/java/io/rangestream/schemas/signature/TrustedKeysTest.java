package io.rangestream.schemas.signature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
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
        assertEquals("none", objection(KEY, VALUE, signed()));
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
                "none", objection(KEY, null, headers(SigningKey.read(privateKey).sign("faces/3", new byte[0]))));
    }

    @Test
    void oneOfSeveralKeysIsEnough() throws IOException {
        SigningKey.generate(folder.resolve("other"), folder.resolve("other.pub"));
        Path both = Files.writeString(
                folder.resolve("both.pub"),
                Files.readString(folder.resolve("other.pub")) + Files.readString(publicKey));

        assertTrue(TrustedKeys.read(both).signer(KEY, VALUE, signed()).isPresent());
        assertTrue(TrustedKeys.read(folder.resolve("other.pub"))
                .signer(KEY, VALUE, signed())
                .isEmpty());
    }

    @Test
    void withoutKeysNoneIsNamed() {
        assertFalse(TrustedKeys.anyone().areNamed());
        assertTrue(TrustedKeys.read(publicKey).areNamed());
    }

    @Test
    void aKeyIsTrustedForTheEventsThatItsLinesSay() throws IOException {
        TrustedKey key = key("# of the first learner\n\nfirst-event: 3\nlast-event: 5\n");

        assertEquals(Optional.empty(), key.objection(3));
        assertEquals(Optional.empty(), key.objection(5));
        assertEquals(
                "it is event 2, and key %s is trusted from event 3 on".formatted(key.name()),
                key.objection(2).orElseThrow());
        assertEquals(
                "it is event 6, and key %s is trusted up to event 5".formatted(key.name()),
                key.objection(6).orElseThrow());
        assertTrue(key("last-event: 0\n").objection(0).isPresent(), "revoked whole");
        assertEquals(Optional.empty(), key("").objection(Long.MAX_VALUE));
    }

    @Test
    void aLineThatIsNotUnderstoodIsNotPassedOver() throws IOException {
        assertTrue(message(() -> key("last-evnt: 5\n")).startsWith("'last-evnt: 5' in "));
        assertTrue(message(() -> key("last-event: -5\n")).startsWith("'last-event: -5' in "));
        Path behind = Files.writeString(folder.resolve("behind"), Files.readString(publicKey) + "last-event: 5\n");
        assertTrue(message(() -> TrustedKeys.read(behind)).startsWith("'last-event: 5' behind the last key in "));
    }

    @Test
    void theSigningKeyIsAmongTheTrustedOnesUnlessItWasRevoked() throws IOException {
        SigningKey own = SigningKey.read(privateKey);

        assertTrue(signer(TrustedKeys.anyone().with(own)).own());
        assertTrue(signer(TrustedKeys.read(publicKey).with(own)).own());
        assertFalse(signer(TrustedKeys.read(publicKey)).own());
        Path revoked = Files.writeString(folder.resolve("revoked"), "last-event: 9\n" + Files.readString(publicKey));
        assertTrue(message(() -> TrustedKeys.read(revoked).with(own)).endsWith("last event is 9: sign with another"));
    }

    private TrustedKey signer(TrustedKeys keys) {
        return keys.signer(KEY, VALUE, signed()).orElseThrow();
    }

    private TrustedKey key(String before) {
        try {
            return signer(TrustedKeys.read(
                    Files.writeString(folder.resolve("listed"), before + Files.readString(publicKey))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theSignerKnowsItsOwnSignatures() throws IOException {
        TrustedKeys own = TrustedKeys.anyone().with(SigningKey.read(privateKey));
        SigningKey.generate(folder.resolve("other"), folder.resolve("other.pub"));
        byte[] foreign = SigningKey.read(folder.resolve("other")).sign("faces/3", VALUE);

        assertTrue(own.signer(KEY, VALUE, signed()).isPresent());
        assertTrue(own.signer(KEY, VALUE, new RecordHeaders()).isEmpty());
        assertTrue(own.signer(KEY, new byte[] {9}, signed()).isEmpty());
        assertTrue(own.signer(KEY, VALUE, headers(foreign)).isEmpty());
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
        return TrustedKeys.read(publicKey).signer(key, value, headers).isPresent()
                ? "none"
                : TrustedKeys.objection(headers);
    }

    private Headers signed() {
        return headers(SigningKey.read(privateKey).sign("faces/3", VALUE));
    }

    private static Headers headers(byte[] signature) {
        return new RecordHeaders().add(UpdateSignature.HEADER, signature);
    }
}
