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
        byte[] der = Pem.read(file, LABEL).get(0).der();
        try {
            return new SigningKey(
                    KeyFactory.getInstance(UpdateSignature.ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(der)));
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
        return sign(UpdateSignature.statement(recordKey.getBytes(StandardCharsets.UTF_8), value));
    }

    /** Whether this key made a signature. An Ed25519 key gives a statement one, so that the public half is not needed for it. */
    boolean signed(byte[] statement, byte[] signature) {
        return MessageDigest.isEqual(sign(statement), signature);
    }

    private byte[] sign(byte[] statement) {
        try {
            Signature signature = Signature.getInstance(UpdateSignature.ALGORITHM);
            signature.initSign(key);
            signature.update(statement);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign: " + e.getMessage(), e);
        }
    }
}
