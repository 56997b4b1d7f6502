package io.rangestream.schemas.signature;

import io.rangestream.schemas.config.ConfigurationException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The publishers whose updates are accepted; several, so that a key can be replaced without a gap. Without any, everything is
 * accepted. Thread-safe.
 */
public final class TrustedKeys {
    static final String LABEL = "PUBLIC KEY";

    private final List<PublicKey> keys;

    private TrustedKeys(List<PublicKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** Accepts everything. */
    public static TrustedKeys anyone() {
        return new TrustedKeys(List.of());
    }

    /**
     * Reads one or more public keys in PEM form.
     *
     * @throws ConfigurationException in one line if the file has none, or one that is not Ed25519
     */
    public static TrustedKeys read(Path file) {
        List<PublicKey> keys = new ArrayList<>();
        try {
            KeyFactory factory = KeyFactory.getInstance(UpdateSignature.ALGORITHM);
            for (byte[] der : Pem.read(file, LABEL)) {
                keys.add(factory.generatePublic(new X509EncodedKeySpec(der)));
            }
        } catch (GeneralSecurityException e) {
            throw new ConfigurationException("a key in %s is no Ed25519 key".formatted(file));
        }
        return new TrustedKeys(keys);
    }

    /** Whether there are keys, so that not everything is accepted. */
    public boolean areNamed() {
        return !keys.isEmpty();
    }

    /**
     * Checks a record as it was read.
     *
     * @return why it is not accepted, or empty if it is
     */
    public Optional<String> objection(byte[] key, byte @Nullable [] value, Headers headers) {
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        Header header = headers.lastHeader(UpdateSignature.HEADER);
        if (header == null || header.value() == null) {
            return Optional.of("it is not signed");
        }
        byte[] statement = UpdateSignature.statement(key, value == null ? new byte[0] : value);
        return keys.stream().anyMatch(trusted -> verifies(trusted, statement, header.value()))
                ? Optional.empty()
                : Optional.of("its signature is of no trusted key, or it was altered");
    }

    private static boolean verifies(PublicKey key, byte[] statement, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(UpdateSignature.ALGORITHM);
            verifier.initVerify(key);
            verifier.update(statement);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false; // Of the wrong length, or no point on the curve.
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot verify: " + e.getMessage(), e);
        }
    }
}
