package io.rangestream.schemas.storage;

import java.util.regex.Pattern;

/** The form of a name: no part of it leads out of the store, or to what a store keeps for itself. */
final class ObjectName {
    private static final String PART = "[A-Za-z0-9_=+-][A-Za-z0-9._=+-]*";
    private static final Pattern NAME = Pattern.compile(PART + "(/" + PART + ")*");

    private ObjectName() {}

    /** @throws IllegalArgumentException if it is none */
    static String require(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'%s' is no name of an object".formatted(name));
        }
        return name;
    }
}
