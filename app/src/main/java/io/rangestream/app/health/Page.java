package io.rangestream.app.health;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What a GET of a path gives. Called by several threads at once. */
@FunctionalInterface
public interface Page {
    int OK = 200;
    int UNAVAILABLE = 503;

    /**
     * The answer, now.
     *
     * @param rest what follows the page's own path, decoded: empty for the path itself, otherwise beginning with '/'
     */
    Answer get(String rest);

    /** "ok" with 200 while something holds, "no" with 503 otherwise. */
    static Page check(BooleanSupplier holds) {
        return rest -> {
            boolean good = holds.getAsBoolean();
            return Answer.of(good ? OK : UNAVAILABLE, "text/plain; charset=utf-8", good ? "ok\n" : "no\n");
        };
    }

    /** "ok" with 200 while nothing stands against it, what does with 503 otherwise. */
    static Page objecting(Supplier<Optional<String>> objection) {
        return rest -> objection
                .get()
                .map(reason -> Answer.of(UNAVAILABLE, "text/plain; charset=utf-8", reason + "\n"))
                .orElseGet(() -> Answer.of(OK, "text/plain; charset=utf-8", "ok\n"));
    }

    /**
     * An answer.
     *
     * @param status of HTTP
     * @param headers beside the lengths, Content-Type among them
     */
    record Answer(int status, Map<String, String> headers, byte[] body) {
        /** A text of one of the textual content types, in UTF-8. */
        public static Answer of(int status, String contentType, String text) {
            return new Answer(status, Map.of("Content-Type", contentType), text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
