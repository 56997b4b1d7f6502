package io.rangestream.sampler.internal.draw;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Names by ordinal, packed into pages: an array of its own would cost each of a million names more than the
 * name. Pages are written anew when more than half of what they hold has been released. Not thread-safe.
 */
final class NameArena {
    private static final int PAGE_BITS = 16;
    private static final int PAGE_BYTES = 1 << PAGE_BITS;
    private static final int NONE = -1;

    private List<byte[]> pages = new ArrayList<>();
    /** Page and offset of an ordinal's name: two bytes of length, then the name. */
    private int[] addresses = new int[0];

    private int pageEnd = PAGE_BYTES;
    private long live;
    private long released;

    void put(int ordinal, byte[] name) {
        if (bytes(name) > PAGE_BYTES) {
            throw new IllegalArgumentException("a name of %d bytes".formatted(name.length));
        }
        if (ordinal >= addresses.length) {
            int length = addresses.length;
            addresses = Arrays.copyOf(addresses, Capacity.over(ordinal, length));
            Arrays.fill(addresses, length, addresses.length, NONE);
        }
        addresses[ordinal] = append(name);
        live += bytes(name);
    }

    /** @throws IllegalStateException if the ordinal has none */
    byte[] get(int ordinal) {
        int address = ordinal < addresses.length ? addresses[ordinal] : NONE;
        if (address == NONE) {
            throw new IllegalStateException("no identity has the ordinal " + ordinal);
        }
        return read(pages, address);
    }

    void remove(int ordinal) {
        int size = bytes(get(ordinal));
        addresses[ordinal] = NONE;
        live -= size;
        released += size;
        if (released > live && released > PAGE_BYTES) {
            rewrite();
        }
    }

    private int append(byte[] name) {
        if (pageEnd + bytes(name) > PAGE_BYTES) {
            pages.add(new byte[PAGE_BYTES]);
            pageEnd = 0;
        }
        byte[] page = pages.get(pages.size() - 1);
        int address = (pages.size() - 1) << PAGE_BITS | pageEnd;
        page[pageEnd] = (byte) (name.length >> 8);
        page[pageEnd + 1] = (byte) name.length;
        System.arraycopy(name, 0, page, pageEnd + Short.BYTES, name.length);
        pageEnd += bytes(name);
        return address;
    }

    private void rewrite() {
        List<byte[]> old = pages;
        pages = new ArrayList<>();
        pageEnd = PAGE_BYTES;
        released = 0;
        for (int ordinal = 0; ordinal < addresses.length; ordinal++) {
            int address = addresses[ordinal];
            if (address != NONE) {
                addresses[ordinal] = append(read(old, address));
            }
        }
    }

    private static byte[] read(List<byte[]> pages, int address) {
        byte[] page = pages.get(address >>> PAGE_BITS);
        int from = address & (PAGE_BYTES - 1);
        int length = (page[from] & 0xff) << 8 | page[from + 1] & 0xff;
        return Arrays.copyOfRange(page, from + Short.BYTES, from + Short.BYTES + length);
    }

    private static int bytes(byte[] name) {
        return Short.BYTES + name.length;
    }
}
