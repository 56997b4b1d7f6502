package io.rangestream.schemas.storage;

import java.io.IOException;
import java.net.URI;

/** There is no such object, or not all of it. */
public final class ObjectNotFoundException extends IOException {
    private static final long serialVersionUID = 1L;

    public ObjectNotFoundException(URI uri) {
        super("there is no %s".formatted(uri));
    }

    /** @param missing what there is of it, in a few words */
    public ObjectNotFoundException(URI uri, String missing) {
        super("%s is not whole: %s".formatted(uri, missing));
    }
}
