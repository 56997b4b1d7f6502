package io.rangestream.schemas.wire;

import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * Bounds the schemas of writers, which any producer may publish. Parsing, resolving and reading by a schema within these bounds takes
 * little memory, stack and time, whatever the record holds; ours are far below them. A recursive schema has no bound and is refused: none
 * of our records is recursive.
 */
final class WriterSchema {
    /** Characters of JSON; the largest of ours has 13,000. */
    static final int MAX_CHARS = 64 * 1024;
    /** Levels of JSON, and of types within types; the largest of ours has 19 and 5. */
    static final int MAX_DEPTH = 48;
    /** Types when each use of a named type counts anew, since resolving a schema writes them out. */
    static final int MAX_TYPES = 5_000;

    private static final long UNFINISHED = -1;

    private final Map<Schema, Long> types = new IdentityHashMap<>();

    private WriterSchema() {}

    /**
     * Parses the text of a schema.
     *
     * @throws UndecodableRecordException in one line, if it is no schema or exceeds the bounds
     */
    static Schema parse(String json) {
        if (json.length() > MAX_CHARS) {
            throw new UndecodableRecordException(
                    "the schema has %d characters, more than %d".formatted(json.length(), MAX_CHARS));
        }
        requireFlat(json);
        Schema schema;
        try {
            schema = new Schema.Parser().parse(json);
        } catch (RuntimeException e) {
            // Avro refuses by many types.
            throw new UndecodableRecordException("no Avro schema: " + UndecodableRecordException.oneLine(e), e);
        }
        requireBounded(schema);
        return schema;
    }

    /** @throws UndecodableRecordException in one line, if the schema is recursive or exceeds the bounds */
    static void requireBounded(Schema schema) {
        new WriterSchema().count(schema, 1);
    }

    /** Braces and brackets outside of strings. Counted before a parser calls itself for each. */
    private static void requireFlat(String json) {
        int depth = 0;
        boolean inString = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (inString) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    inString = false;
                }
            } else if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                depth++;
                if (depth > MAX_DEPTH) {
                    throw tooDeep();
                }
            } else if (c == '}' || c == ']') {
                depth--;
            }
        }
    }

    private long count(Schema schema, int depth) {
        if (depth > MAX_DEPTH) {
            throw tooDeep();
        }
        Long known = types.get(schema);
        if (known != null && known == UNFINISHED) {
            throw new UndecodableRecordException(
                    "the schema is recursive: %s holds itself".formatted(schema.getName()));
        }
        if (known != null) {
            return known;
        }
        types.put(schema, UNFINISHED);
        long count = 1;
        switch (schema.getType()) {
            case RECORD -> {
                for (Schema.Field field : schema.getFields()) {
                    count += count(field.schema(), depth + 1);
                }
            }
            case UNION -> {
                for (Schema branch : schema.getTypes()) {
                    count += count(branch, depth + 1);
                }
            }
            case ARRAY -> count += count(schema.getElementType(), depth + 1);
            case MAP -> count += count(schema.getValueType(), depth + 1);
            default -> {
                // Holds no other type.
            }
        }
        if (count > MAX_TYPES) {
            throw new UndecodableRecordException("the schema writes out to more than %d types".formatted(MAX_TYPES));
        }
        types.put(schema, count);
        return count;
    }

    private static UndecodableRecordException tooDeep() {
        return new UndecodableRecordException("the schema is nested more than %d levels deep".formatted(MAX_DEPTH));
    }
}
