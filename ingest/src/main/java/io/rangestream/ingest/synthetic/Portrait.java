package io.rangestream.ingest.synthetic;

/**
 * Paints one crop, pixel by pixel from back to front: background, body, hair, ears, head with its features, glasses,
 * whatever is in the way. The head is an upright cylinder bent to the outline, so that a turned head shows more of one
 * cheek. Coordinates are in half the crop's side, x to the right and y down; edges are soft by about a pixel.
 */
final class Portrait {
    private final Person who;
    private final Shot shot;
    private final int size;
    private final float soft;
    private final Features features;
    private final float barX;
    private final float barY;
    private final float[] outline = new float[513];
    private Rgb colour = new Rgb(0, 0, 0);

    Portrait(Person who, Shot shot, int size) {
        this.who = who;
        this.shot = shot;
        this.size = size;
        this.soft = 1.4f / size / shot.pose().scale();
        this.features = new Features(who, shot, soft);
        this.barX = (float) StrictMath.cos(shot.scene().occluderAngle());
        this.barY = (float) StrictMath.sin(shot.scene().occluderAngle());
        for (int i = 0; i < outline.length; i++) {
            outline[i] = halfWidth(-1 + i / 256f);
        }
    }

    Raster paint() {
        var raster = new Raster(size);
        Shot.Pose pose = shot.pose();
        float cos = (float) StrictMath.cos(pose.roll()) / pose.scale();
        float sin = (float) StrictMath.sin(pose.roll()) / pose.scale();
        for (int row = 0; row < size; row++) {
            for (int column = 0; column < size; column++) {
                float px = (2 * column + 1f) / size - 1;
                float py = (2 * row + 1f) / size - 1;
                float dx = px - pose.x();
                float dy = py - pose.y();
                paint(px, py, cos * dx + sin * dy, cos * dy - sin * dx);
                raster.set(column, row, colour.r(), colour.g(), colour.b());
            }
        }
        return raster;
    }

    private void paint(float px, float py, float x, float y) {
        colour = background(px, py);
        body(x, y);
        hairBehind(x, y);
        float half = outline[Math.max(0, Math.min(512, (int) ((y + 1) * 256)))];
        ears(x, y);
        float edge = half > 0 ? cover(Math.abs(x) - half) : 0;
        if (edge > 0) {
            float turn = arcSine(Math.max(-1, Math.min(1, x / half)));
            Rgb face = features.at(turn, y, who.head().halfWidth());
            blend(face.times(shade(x / Math.max(half, 0.1f), y)), edge);
        }
        occluder(x, y);
    }

    private Rgb background(float px, float py) {
        Shot.Scene scene = shot.scene();
        Rgb sky = scene.background().mix(scene.backgroundFar(), (py + 1) / 2);
        // A few large blocks, as of windows, shelves and shirts behind.
        long cell = Draws.mix(scene.pattern() + 31 * (long) ((px + 4) * 2.3f) + 1009 * (long) ((py + 4) * 1.7f));
        float block = (cell >>> 40) * 0x1p-24f - 0.5f;
        return sky.times(Math.max(0, 1 + scene.clutter() * 2 * block));
    }

    private void body(float x, float y) {
        float chin = who.head().chin();
        float neck = who.head().halfWidth() * 0.62f;
        float shoulders = chin + 0.12f + 0.5f * (Math.abs(x) - neck) * (Math.abs(x) - neck);
        if (y > 0.1f) {
            blend(who.skin().tone().times(0.62f * shade(x, 0.5f)), cover(Math.abs(x) - neck) * cover(0.2f - y));
            blend(shot.scene().clothes().times(shade(x * 0.7f, 0)), cover(shoulders - y));
        }
    }

    private void hairBehind(float x, float y) {
        Person.Hair hair = who.hair();
        float volume = Math.max(0.01f, hair.volume() + shot.scene().hairShift());
        float width = who.head().halfWidth() + 0.06f + volume;
        float top = who.head().crown() + volume;
        float shift = -0.12f * shot.pose().yaw();
        float dx = (x - shift) / width;
        float dy = y < 0 ? y / top : 0.25f * y;
        float shape = (float) Math.sqrt(dx * dx + dy * dy) - 1;
        float share = cover(shape * width) * cover(y - hair.length());
        if (share > 0) {
            float strand = 1 + 0.12f * Features.wave(26 * x + 9 * hair.wave() * y);
            blend(hair.colour().times(strand * shade(dx, y)), share);
        }
    }

    private void ears(float x, float y) {
        Person.Head head = who.head();
        float size = head.earSize();
        float yaw = shot.pose().yaw();
        for (int side = -1; side <= 1; side += 2) {
            float reach = Math.max(0.1f, 1 - 0.9f * side * yaw);
            float dx = (x - side * head.halfWidth() * 0.98f) / (size * reach);
            float dy = (y - head.earHeight()) / (0.09f + size * 0.7f);
            float shape = (float) Math.sqrt(dx * dx + dy * dy) - 1;
            float share = cover(shape * size);
            if (share > 0) {
                blend(who.skin().tone().times(0.85f * shade(side, y)), share);
            }
        }
    }

    private void occluder(float x, float y) {
        Shot.Scene scene = shot.scene();
        if (scene.occluder() == 0) {
            return;
        }
        Rgb what = scene.occluderColour().times(shade(x, y));
        switch (scene.occluder()) {
            case 1 -> blend(what, cover(Math.abs(barX * x + barY * y - scene.occluderAt()) - 0.16f));
            case 2 -> blend(what, cover(y + 0.42f + 0.1f * scene.occluderAt() + 0.12f * x * x));
            case 3 -> blend(what, cover(0.30f + 0.06f * scene.occluderAt() + 0.1f * x * x - y) * cover(y - 0.85f));
            default -> throw new IllegalStateException("no occluder " + scene.occluder());
        }
    }

    /** Lambert's law on a rounded head, plus light from everywhere. */
    private float shade(float across, float y) {
        Shot.Light light = shot.light();
        float nx = Math.max(-1, Math.min(1, across));
        float ny = Math.max(-0.8f, Math.min(0.8f, 0.7f * y));
        float nz = (float) Math.sqrt(Math.max(0.05f, 1 - nx * nx * 0.9f - ny * ny));
        float facing = (nx * light.x() + ny * light.y() + nz * 0.8f)
                / (float) Math.sqrt(light.x() * light.x() + light.y() * light.y() + 0.64f);
        return light.ambient() + light.diffuse() * Math.max(0, facing);
    }

    private float halfWidth(float y) {
        Person.Head head = who.head();
        float part = y < 0 ? -y / head.crown() : y / head.chin();
        if (part >= 1) {
            return 0;
        }
        float power = y < 0 ? 2.3f : head.jaw();
        return head.halfWidth() * (float) StrictMath.sqrt(1 - StrictMath.pow(part, power));
    }

    /** Share of a pixel inside, for a signed distance to the edge. */
    private float cover(float distance) {
        return Math.max(0, Math.min(1, 0.5f - distance / (2 * soft)));
    }

    private void blend(Rgb over, float share) {
        if (share > 0) {
            colour = colour.mix(over, share);
        }
    }

    /** Within 0.0001 rad (Abramowitz and Stegun 4.4.45); exact bits on every platform, unlike {@code Math.asin}. */
    private static float arcSine(float sine) {
        float s = Math.abs(sine);
        float root = (float) Math.sqrt(1 - s);
        float arc = 1.5707963f - root * (1.5707288f + s * (-0.2121144f + s * (0.0742610f - 0.0187293f * s)));
        return sine < 0 ? -arc : arc;
    }
}
