package io.rangestream.learner.head;

import io.rangestream.learner.optimizer.FloatBytes;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * The rows of the head and whose they are. A row never moves; that of an erased identity is the next to be given away. Not thread-safe.
 */
final class ClassRows {

    private static final int FORMAT = 2;

    private final int dim;
    private final int momentArrays;
    private final List<Page> pages = new ArrayList<>();
    private final Names names = new Names();
    private final BitSet free = new BitSet();
    private int end;

    ClassRows(int dim, int momentArrays) {
        this.dim = dim;
        this.momentArrays = momentArrays;
    }

    /** Rows in use. */
    int size() {
        return names.size();
    }

    /** One more than the highest row in use. */
    int end() {
        return end;
    }

    boolean isFree(int row) {
        return free.get(row);
    }

    /** The row of an identity, or −1. */
    int rowOf(String identity) {
        return names.rowOf(identity);
    }

    Page page(int row) {
        return pages.get(row / Page.ROWS);
    }

    /** The row inside its page. */
    static int inPage(int row) {
        return row % Page.ROWS;
    }

    /** Gives an identity without a row one that starts at the values. */
    int add(String identity, float[] values) {
        int row = free.nextSetBit(0);
        if (row < 0) {
            row = end++;
            addPageFor(row);
        }
        free.clear(row);
        page(row).start(inPage(row), values);
        names.put(Names.bytes(identity), row);
        return row;
    }

    /** Frees an identity's row. */
    boolean remove(String identity) {
        int row = names.remove(identity);
        if (row < 0) {
            return false;
        }
        page(row).clear(inPage(row));
        free.set(row);
        while (end > 0 && free.get(end - 1)) {
            free.clear(--end);
        }
        while ((pages.size() - 1) * Page.ROWS >= end && !pages.isEmpty()) {
            pages.remove(pages.size() - 1);
        }
        return true;
    }

    /**
     * Frees the rows of some identities.
     *
     * @return those rows
     */
    BitSet removeIf(Predicate<String> isGone) {
        var gone = new BitSet();
        for (int row = end - 1; row >= 0; row--) {
            byte[] name = names.nameOf(row);
            String identity = name == null ? null : new String(name, StandardCharsets.UTF_8);
            if (identity != null && isGone.test(identity)) {
                remove(identity);
                gone.set(row);
            }
        }
        return gone;
    }

    /** Forgets the optimiser's moments of all rows. */
    void clearMoments() {
        pages.forEach(Page::clearMoments);
    }

    /** Memory of the rows; names come on top. */
    long bytes() {
        return pages.size() * (Page.bytes(dim, momentArrays) + 8L) + free.size() / 8;
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(FORMAT);
        out.writeInt(dim);
        out.writeInt(momentArrays);
        out.writeInt(end);
        for (int row = 0; row < end; row++) {
            byte[] name = names.nameOf(row);
            out.writeInt(name == null ? -1 : name.length);
            if (name != null) {
                out.write(name);
            }
        }
        for (int first = 0; first < end; first += Page.ROWS) {
            Page page = page(first);
            int count = Math.min(Page.ROWS, end - first);
            for (int i = 0; i < count; i++) {
                out.writeInt(page.updates[i]);
            }
            FloatBytes.write(out, page.bias, 0, count);
            FloatBytes.write(out, page.weights, 0, count * dim);
            for (int m = 0; m < momentArrays; m++) {
                FloatBytes.write(out, page.biasMoments[m], 0, count);
                FloatBytes.write(out, page.moments[m], 0, count * dim);
            }
        }
    }

    /** @throws IOException when the bytes are not rows of this dimension and optimiser */
    void load(DataInput in) throws IOException {
        int format = in.readInt();
        int savedDim = in.readInt();
        if (format != FORMAT || savedDim != dim) {
            throw new IOException("not a head of dimension %d: format %d, expected %d, dimension %d"
                    .formatted(dim, format, FORMAT, savedDim));
        }
        int savedMoments = in.readInt();
        if (savedMoments != momentArrays) {
            throw new IOException("a head with %d moments, the optimizer of this configuration keeps %d"
                    .formatted(savedMoments, momentArrays));
        }
        pages.clear();
        names.clear();
        free.clear();
        end = in.readInt();
        for (int row = 0; row < end; row++) {
            int length = in.readInt();
            if (length < 0) {
                free.set(row);
            } else {
                var name = new byte[length];
                in.readFully(name);
                names.put(name, row);
            }
        }
        for (int first = 0; first < end; first += Page.ROWS) {
            addPageFor(first);
            Page page = page(first);
            int count = Math.min(Page.ROWS, end - first);
            for (int i = 0; i < count; i++) {
                page.updates[i] = in.readInt();
            }
            FloatBytes.read(in, page.bias, 0, count);
            FloatBytes.read(in, page.weights, 0, count * dim);
            for (int m = 0; m < momentArrays; m++) {
                FloatBytes.read(in, page.biasMoments[m], 0, count);
                FloatBytes.read(in, page.moments[m], 0, count * dim);
            }
        }
    }

    private void addPageFor(int row) {
        if (row == pages.size() * Page.ROWS) {
            pages.add(new Page(dim, momentArrays));
        }
    }
}
