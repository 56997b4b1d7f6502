package io.rangestream.schemas.signature;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.hash.Sha256;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The publishers whose updates count; several, so that a key can be replaced without a gap. Without any, everything does. Thread-safe.
 *
 * <p>In a file, each key is a PEM block. Lines {@code first-event: N} and {@code last-event: N} before it say which of its events count, by their
 * numbers, both ends included; without them all do. Lines that begin with {@code #} are comments.
 */
public final class TrustedKeys {
    static final String LABEL = "PUBLIC KEY";

    private static final Pattern VALIDITY = Pattern.compile("(first|last)-event:\\s*([0-9]{1,18})");
    private static final byte[] PROBE = {0};

    private final List<TrustedKey> keys;

    private TrustedKeys(List<TrustedKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** Everything counts. */
    public static TrustedKeys anyone() {
        return new TrustedKeys(List.of());
    }

    /**
     * Reads one or more public keys in PEM form.
     *
     * @throws ConfigurationException in one line if the file has none, or anything else that is not as described above
     */
    public static TrustedKeys read(Path file) {
        List<TrustedKey> keys = new ArrayList<>();
        List<Pem.Block> blocks = Pem.read(file, LABEL);
        for (Pem.Block block : blocks.subList(0, blocks.size() - 1)) {
            keys.add(key(file, block));
        }
        String rest = blocks.get(blocks.size() - 1).before();
        lines(rest).findFirst().ifPresent(line -> {
            throw new ConfigurationException("'%s' behind the last key in %s belongs to none".formatted(line, file));
        });
        return new TrustedKeys(keys);
    }

    /**
     * These and the key that the reader signs with.
     *
     * @throws ConfigurationException if it is among these and not to sign any more
     */
    public TrustedKeys with(SigningKey own) {
        byte[] signature = own.sign("", PROBE);
        byte[] statement = UpdateSignature.statement(new byte[0], PROBE);
        List<TrustedKey> all = new ArrayList<>();
        boolean listed = false;
        for (TrustedKey key : keys) {
            boolean same = key.verifies().test(statement, signature);
            if (same && key.lastEvent() != TrustedKey.NO_END) {
                throw new ConfigurationException(
                        "the signing key is key %s of the trusted ones, whose last event is %d: sign with another"
                                .formatted(key.name(), key.lastEvent()));
            }
            listed |= same;
            all.add(same ? key.asOwn() : key);
        }
        if (!listed) {
            all.add(new TrustedKey("of this learner", true, 0, TrustedKey.NO_END, own::signed));
        }
        return new TrustedKeys(all);
    }

    /** Whether there are keys, so that not everything counts. */
    public boolean areNamed() {
        return !keys.isEmpty();
    }

    /** The key that signed a record as it was read; empty if none of these did. */
    public Optional<TrustedKey> signer(byte[] key, byte @Nullable [] value, Headers headers) {
        Header header = headers.lastHeader(UpdateSignature.HEADER);
        if (header == null || header.value() == null) {
            return Optional.empty();
        }
        byte[] statement = UpdateSignature.statement(key, value == null ? new byte[0] : value);
        return keys.stream()
                .filter(trusted -> trusted.verifies().test(statement, header.value()))
                .findFirst();
    }

    /** Why a record of which nobody is the {@link #signer} does not count. */
    public static String objection(Headers headers) {
        Header header = headers.lastHeader(UpdateSignature.HEADER);
        return header == null || header.value() == null
                ? "it is not signed"
                : "its signature is of no trusted key, or it was altered";
    }

    private static TrustedKey key(Path file, Pem.Block block) {
        PublicKey key;
        try {
            key = KeyFactory.getInstance(UpdateSignature.ALGORITHM).generatePublic(new X509EncodedKeySpec(block.der()));
        } catch (GeneralSecurityException e) {
            throw new ConfigurationException("a key in %s is no Ed25519 key".formatted(file));
        }
        long first = 0;
        long last = TrustedKey.NO_END;
        for (String line : lines(block.before()).toList()) {
            Matcher validity = VALIDITY.matcher(line);
            if (!validity.matches()) {
                throw new ConfigurationException(
                        "'%s' in %s is neither a key nor first-event: N or last-event: N before one"
                                .formatted(line, file));
            }
            long number = Long.parseLong(validity.group(2));
            if (validity.group(1).equals("first")) {
                first = number;
            } else {
                last = number;
            }
        }
        String name = Sha256.of(block.der()).substring(0, 8);
        return new TrustedKey(name, false, first, last, (statement, made) -> verifies(key, statement, made));
    }

    private static Stream<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#"));
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
