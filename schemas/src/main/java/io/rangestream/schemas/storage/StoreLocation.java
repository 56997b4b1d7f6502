package io.rangestream.schemas.storage;

import io.rangestream.schemas.config.ConfigurationException;

/**
 * A store that a configuration names.
 *
 * @param location as {@link ObjectStores#open} takes it
 * @param storage how S3-compatible stores are reached
 */
public record StoreLocation(String location, StorageConfig storage) {

    /**
     * Opens the store; the caller closes it.
     *
     * @throws ConfigurationException if the location is none
     */
    public ObjectStore open() {
        return ObjectStores.open(location, storage);
    }
}
