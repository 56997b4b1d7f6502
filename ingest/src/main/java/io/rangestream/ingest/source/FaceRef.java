package io.rangestream.ingest.source;

/**
 * A crop in a source's index, without its bytes.
 *
 * @param identity who is shown, never blank
 * @param name {@code identity/file}, the same whether the crop lies in a folder or in an archive
 * @param bytes size of the encoded image, or {@link #UNKNOWN_SIZE}
 * @param position where its source finds it; of no meaning elsewhere
 */
public record FaceRef(String identity, String name, long bytes, long position) {
    /** The size is known only once the crop has been read. */
    public static final long UNKNOWN_SIZE = -1;
}
