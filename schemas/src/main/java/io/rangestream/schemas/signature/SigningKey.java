package io.rangestream.schemas.signature;

import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** The private half of a publisher's Ed25519 key pair. Thread-safe. */
public final class SigningKey {
    private static final String LABEL = "PRIVATE KEY";

    private final PrivateKey key;

    private SigningKey(PrivateKey key) {
        this.key = key;
    }

    /**
     * Reads a PKCS #8 key in PEM form.
     *
     * @throws ConfigurationException in one line if there is no such key in the file
     */
    public static SigningKey read(Path file) {
        List<byte[]> keys = Pem.read(file, LABEL);
        try {
            return new SigningKey(KeyFactory.getInstance(UpdateSignature.ALGORITHM)
                    .generatePrivate(new PKCS8EncodedKeySpec(keys.get(0))));
        } catch (GeneralSecurityException e) {
            throw new ConfigurationException("the key in %s is no Ed25519 key".formatted(file));
        }
    }

    /**
     * Makes a key pair and writes its halves; only the owner can read the private one.
     *
     * @throws IOException if a file is there already or cannot be written
     */
    public static void generate(Path privateFile, Path publicFile) throws IOException {
        KeyPair pair;
        try {
            pair = KeyPairGenerator.getInstance(UpdateSignature.ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK since 15 has Ed25519", e);
        }
        if (Files.exists(publicFile)) {
            throw new IOException("%s is there already".formatted(publicFile));
        }
        boolean posix =
                privateFile.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (posix) {
            Files.createFile(
                    privateFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
            Files.createFile(privateFile);
        }
        Files.writeString(privateFile, Pem.write(LABEL, pair.getPrivate().getEncoded()), StandardOpenOption.WRITE);
        Files.writeString(
                publicFile, Pem.write(TrustedKeys.LABEL, pair.getPublic().getEncoded()));
    }

    /** The 64 bytes for the header of a record; an empty value is a tombstone's. */
    public byte[] sign(String recordKey, byte[] value) {
        return sign(recordKey.getBytes(StandardCharsets.UTF_8), value);
    }

    /**
     * Checks whether this key signed a record as it was read. An Ed25519 key gives a record one signature, so that the public half is not
     * needed for it.
     *
     * @return why not, or empty if it did
     */
    public Optional<String> objection(byte[] recordKey, byte @Nullable [] value, Headers headers) {
        Header header = headers.lastHeader(UpdateSignature.HEADER);
        if (header == null || header.value() == null) {
            return Optional.of("it is not signed");
        }
        byte[] own = sign(recordKey, value == null ? new byte[0] : value);
        return MessageDigest.isEqual(own, header.value())
                ? Optional.empty()
                : Optional.of("its signature is of another key, or it was altered");
    }

    private byte[] sign(byte[] recordKey, byte[] value) {
        try {
            Signature signature = Signature.getInstance(UpdateSignature.ALGORITHM);
            signature.initSign(key);
            signature.update(UpdateSignature.statement(recordKey, value));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign: " + e.getMessage(), e);
        }
    }
}
