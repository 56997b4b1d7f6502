package io.rangestream.app.health;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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
        return objecting(() -> holds.getAsBoolean() ? Optional.empty() : Optional.of("no"), List::of);
    }

    /**
     * "ok" with 200 while nothing stands against it, what does with 503 otherwise.
     *
     * @param remarks what else there is to say, a line each below it
     */
    static Page objecting(Supplier<Optional<String>> objection, Supplier<List<String>> remarks) {
        return rest -> {
            Optional<String> reason = objection.get();
            var lines = new ArrayList<String>();
            lines.add(reason.orElse("ok"));
            lines.addAll(remarks.get());
            return Answer.of(
                    reason.isEmpty() ? OK : UNAVAILABLE, "text/plain; charset=utf-8", String.join("\n", lines) + "\n");
        };
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
