package io.rangestream.sampler.internal.draw;

/** Draws the crops of one identity: distinct ones while there are, otherwise every crop before any repeats. */
public final class CropDraw {
    private CropDraw() {}

    /**
     * @param available crops the identity has, at least 1
     * @param wanted crops to draw
     * @return positions in 0 … available - 1; no position occurs twice more often than another
     */
    public static int[] draw(int available, int wanted, DrawRandom random) {
        int[] positions = new int[available];
        for (int i = 0; i < available; i++) {
            positions[i] = i;
        }
        int[] drawn = new int[wanted];
        for (int from = 0; from < wanted; from += available) {
            int take = Math.min(available, wanted - from);
            random.shuffleFront(positions, take);
            System.arraycopy(positions, 0, drawn, from, take);
        }
        return drawn;
    }
}
