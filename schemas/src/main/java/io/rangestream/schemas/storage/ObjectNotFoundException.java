package io.rangestream.schemas.storage;

import java.io.IOException;
import java.net.URI;

/** There is no such object. */
public final class ObjectNotFoundException extends IOException {
    private static final long serialVersionUID = 1L;

    public ObjectNotFoundException(URI uri) {
        super("there is no %s".formatted(uri));
    }
}
