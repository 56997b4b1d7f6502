package io.rangestream.learner.reference;

import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.Backbones;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.backbone.StepResult;
import io.rangestream.learner.backbone.Weights;
import io.rangestream.learner.head.ClassHead;
import io.rangestream.learner.head.JointObjective;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.learner.loss.RangeLossSettings;
import io.rangestream.learner.parallel.Lanes;
import io.rangestream.learner.reference.LfwCrops.Pair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * The reference's stream training (shuffled arrival, people drawn in proportion to their faces, constant rate, averaged weights) on
 * this engine, to compare the accuracy of the two. Not a test: run it by name with the folder that holds LFW, the crops to train
 * on and optionally the loss.
 */
public final class LfwStreamTraining {

    private static final int IDENTITIES = 16;
    private static final int CROPS_EACH = 4;
    private static final int BATCH = IDENTITIES * CROPS_EACH;
    private static final int BUDGET = 60_000;
    private static final int DIM = 128;
    private static final int CROP = 3 * LfwCrops.SIZE * LfwCrops.SIZE;

    private final LfwCrops lfw;
    private final Random random = new Random(1);
    private final List<String[]> order = new ArrayList<>();
    private final Map<String, List<String>> buffers = new HashMap<>();
    private final List<String> drawable = new ArrayList<>();
    private int arrived;

    private LfwStreamTraining(LfwCrops lfw) throws IOException {
        this.lfw = lfw;
        lfw.people().forEach((person, crops) -> crops.forEach(crop -> order.add(new String[] {person, crop})));
        Collections.shuffle(order, random);
    }

    public static void main(String[] args) throws IOException {
        var lfw = new LfwCrops(Path.of(args[0]));
        int steps = Integer.parseInt(args[1]) / BATCH;
        new LfwStreamTraining(lfw).run(steps, args.length > 2 ? args[2] : "softmax+range");
    }

    private void run(int steps, String loss) throws IOException {
        var settings = OptimizerSettings.defaults();
        try (var lanes = new Lanes(2);
                Backbone backbone = Backbones.create("compact", 1, settings, 2)) {
            var head = new ClassHead(DIM, settings, lanes);
            var range = new RangeLoss(RangeLossSettings.defaults());
            var objective = JointObjective.of(loss, DIM, head, range);
            List<Pair> pairs = lfw.pairs("pairsDevTest.txt");
            System.out.printf("%s%nuntrained auc %.4f%n", backbone.backend(), auc(backbone, pairs));
            long start = System.nanoTime();
            long spent = 0;
            for (int i = 0; i < steps; i++) {
                List<String> identities = new ArrayList<>();
                float[] crops = batch(i, identities);
                objective.batch(identities);
                long before = System.nanoTime();
                StepResult result = backbone.step(crops, BATCH, i, objective);
                spent += System.nanoTime() - before;
                int seen = (i + 1) * BATCH;
                if (seen / 5000 > (seen - BATCH) / 5000 || i == steps - 1) {
                    System.out.printf(
                            "crops %d %s norm %.2f classes %d auc %.4f, %.0f crops/s in steps, %.0f s%n",
                            seen,
                            result.loss(),
                            result.gradientNorm(),
                            head.size(),
                            auc(backbone, pairs),
                            seen / (spent / 1e9),
                            (System.nanoTime() - start) / 1e9);
                }
            }
        }
    }

    /** Lets faces arrive, then draws people without replacement and crops of each. */
    private float[] batch(int step, List<String> identities) {
        int steps = BUDGET / BATCH;
        int due = Math.min(order.size(), 512 + (int) ((order.size() - 512) * step / (steps * 0.98)));
        for (; arrived < due; arrived++) {
            String[] face = order.get(arrived);
            List<String> known = buffers.computeIfAbsent(face[0], person -> new ArrayList<>());
            known.add(face[1]);
            if (known.size() == 2) {
                drawable.add(face[0]);
            }
        }
        var crops = new float[BATCH * CROP];
        int at = 0;
        for (String person : drawPeople()) {
            List<String> known = new ArrayList<>(buffers.get(person));
            Collections.shuffle(known, random);
            for (int k = 0; k < CROPS_EACH; k++) {
                String crop = known.size() >= CROPS_EACH ? known.get(k) : known.get(random.nextInt(known.size()));
                put(lfw.pixels(crop), random.nextBoolean(), random.nextInt(9) - 4, random.nextInt(9) - 4, crops, at++);
                identities.add(person);
            }
        }
        return crops;
    }

    private Set<String> drawPeople() {
        int total =
                drawable.stream().mapToInt(person -> buffers.get(person).size()).sum();
        Set<String> people = new HashSet<>();
        while (people.size() < IDENTITIES) {
            int ticket = random.nextInt(total);
            for (String person : drawable) {
                ticket -= buffers.get(person).size();
                if (ticket < 0) {
                    people.add(person);
                    break;
                }
            }
        }
        return new TreeSet<>(people);
    }

    /** Shifted with repeated edges, perhaps mirrored, and scaled to network input. */
    private static void put(byte[] pixels, boolean mirror, int dy, int dx, float[] out, int index) {
        int size = LfwCrops.SIZE;
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < size; y++) {
                for (int x = 0; x < size; x++) {
                    int sy = Math.max(0, Math.min(size - 1, y - dy));
                    int sx = Math.max(0, Math.min(size - 1, x - dx));
                    int from = (c * size + sy) * size + (mirror ? size - 1 - sx : sx);
                    out[index * CROP + (c * size + y) * size + x] = ((pixels[from] & 0xFF) - 127.5f) / 128f;
                }
            }
        }
    }

    private double auc(Backbone backbone, List<Pair> pairs) {
        Map<String, float[]> embeddings = new HashMap<>();
        pairs.forEach(pair -> {
            embeddings.put(pair.first(), new float[0]);
            embeddings.put(pair.second(), new float[0]);
        });
        for (String crop : embeddings.keySet()) {
            var both = new float[2 * CROP];
            put(lfw.pixels(crop), false, 0, 0, both, 0);
            put(lfw.pixels(crop), true, 0, 0, both, 1);
            var out = new float[2 * DIM];
            backbone.embed(both, 2, Weights.AVERAGED, out);
            var sum = new float[DIM];
            for (int d = 0; d < DIM; d++) {
                sum[d] = out[d] + out[DIM + d];
            }
            embeddings.put(crop, sum);
        }
        double[] same = similarities(pairs, embeddings, true);
        double[] different = similarities(pairs, embeddings, false);
        long above = 0;
        for (double s : same) {
            above += Arrays.stream(different).filter(d -> d < s).count();
        }
        return (double) above / same.length / different.length;
    }

    private static double[] similarities(List<Pair> pairs, Map<String, float[]> embeddings, boolean same) {
        return pairs.stream()
                .filter(pair -> pair.same() == same)
                .mapToDouble(pair -> cosine(embeddings.get(pair.first()), embeddings.get(pair.second())))
                .toArray();
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int d = 0; d < a.length; d++) {
            ab += a[d] * b[d];
            aa += a[d] * a[d];
            bb += b[d] * b[d];
        }
        return ab / Math.sqrt(aa * bb);
    }
}
