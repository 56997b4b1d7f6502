package io.rangestream.ingest.synthetic;

/** What is on the skin: eyes, brows, nose, mouth, marks, hairline, beard and glasses, before the light falls on it. */
final class Features {
    private static final Rgb DARK = new Rgb(0.06f, 0.04f, 0.04f);
    private static final Rgb SCLERA = new Rgb(0.93f, 0.92f, 0.90f);
    private static final Rgb TEETH = new Rgb(0.90f, 0.88f, 0.82f);
    private static final Rgb BLUSH = new Rgb(0.85f, 0.35f, 0.32f);

    private final Person who;
    private final Shot shot;
    private final float soft;
    private Rgb colour = new Rgb(0, 0, 0);

    /** @param soft width of an edge */
    Features(Person who, Shot shot, float soft) {
        this.who = who;
        this.shot = shot;
        this.soft = soft;
    }

    /**
     * The colour of a point on the head.
     *
     * @param turn its angle from the camera around the head's axis, radians
     * @param y its height in the picture
     * @param radius of the head
     */
    Rgb at(float turn, float y, float radius) {
        Shot.Pose pose = shot.pose();
        float x = (turn + pose.yaw()) * radius * 0.92f;
        float h = y + pose.pitch() * (1 - y * y);
        colour = who.skin().tone();
        skin(x, h);
        marks(x, h);
        nose(x, h);
        mouth(x, h);
        beard(x, h);
        for (int side = -1; side <= 1; side += 2) {
            eye(side * x - who.eyes().spacing(), h - who.eyes().height(), side);
        }
        hairline(x, h);
        if (shot.scene().glassesOn()) {
            glasses(x, h);
        }
        return colour;
    }

    private void skin(float x, float h) {
        Person.Skin skin = who.skin();
        float cheek = ellipse(Math.abs(x) - 0.27f, h - 0.2f, 0.17f, 0.14f);
        blend(BLUSH, 0.45f * skin.blush() * fade(cheek));
        if (skin.freckles() > 0 && h > -0.1f && h < 0.35f) {
            long cell = Draws.mix(skin.pattern() + Math.round(x * 24) * 8191L + Math.round(h * 24));
            boolean freckle = (cell & 7) < 2;
            blend(skin.tone().times(0.6f), freckle ? skin.freckles() * 0.6f : 0);
        }
    }

    private void marks(float x, float h) {
        Person.Marks marks = who.marks();
        float line = Math.abs((h + 0.40f) * 14 - (float) Math.floor((h + 0.40f) * 14) - 0.5f);
        boolean forehead = h > -0.45f && h < -0.25f && Math.abs(x) < 0.25f;
        blend(who.skin().tone().times(0.65f), forehead && line < 0.14f ? marks.foreheadLines() : 0);
        float fold = Math.abs(x) - 0.13f - 0.35f * (h - 0.2f);
        blend(
                who.skin().tone().times(0.6f),
                h > 0.18f && h < 0.42f ? marks.noseLines() * cover(Math.abs(fold) - 0.012f) : 0);
        if (marks.moleSize() > 0) {
            float distance = length(x - marks.moleX(), h - marks.moleY()) - marks.moleSize();
            blend(new Rgb(0.2f, 0.1f, 0.07f), cover(distance));
        }
    }

    private void nose(float x, float h) {
        Person.Nose nose = who.nose();
        float top = who.eyes().height();
        float tip = top + nose.length() + 0.06f;
        float along = (h - top) / (tip - top);
        Rgb shadow = who.skin().tone().times(0.66f);
        if (along > 0 && along < 1) {
            float half = 0.03f + (nose.width() - 0.03f) * along * along;
            float beside = Math.abs(x - nose.bend() * along) - half;
            blend(shadow, nose.bridge() * 0.8f * fade(Math.abs(beside) / 0.035f - 0.2f));
            blend(who.skin().tone().times(1.12f), 0.7f * fade(Math.abs(x - nose.bend() * along) / 0.05f));
        }
        float wings = ellipse(x - nose.bend(), h - tip, nose.width(), 0.045f);
        blend(shadow, 0.75f * fade(wings - 0.4f));
        float nostril = ellipse(Math.abs(x - nose.bend()) - nose.width() * 0.5f, h - tip - 0.012f, 0.032f, 0.018f);
        blend(DARK, nose.nostrils() * fade(nostril - 0.5f));
    }

    private void mouth(float x, float h) {
        Person.Mouth mouth = who.mouth();
        Shot.Expression face = shot.expression();
        float smile = mouth.curve() + face.smile();
        float width = mouth.width() * (1 + 0.18f * face.smile());
        float t = x / width;
        if (Math.abs(t) > 1.1f) {
            return;
        }
        float middle = mouth.height() + 0.09f * smile * (0.5f - t * t);
        float rounded = Math.max(0, 1 - t * t);
        float gap = 0.5f * face.mouthOpen() * rounded;
        float above = middle - gap - h;
        float below = h - middle - gap;
        float dip = 1 - 0.35f * fade(Math.abs(t) / 0.18f);
        blend(mouth.lips(), 0.8f * cover(above - mouth.upperLip() * rounded * dip) * cover(below));
        blend(mouth.lips().times(1.1f), 0.8f * cover(below - mouth.lowerLip() * rounded) * cover(-below));
        blend(DARK, 0.75f * cover(Math.max(above, below) - 0.009f));
        if (gap > 0.012f) {
            blend(face.smile() > 0 ? TEETH : DARK, cover(Math.max(above + 0.008f, below + gap * 0.7f)));
        }
    }

    private void beard(float x, float h) {
        Person.Hair hair = who.hair();
        Rgb colour = hair.colour().times(0.8f);
        float mouth = who.mouth().height();
        if (hair.beard() > 0) {
            float line = mouth - 0.04f - 0.9f * Math.max(0, Math.abs(x) - 0.2f);
            float free = ellipse(x, h - mouth, who.mouth().width() * 1.1f, 0.1f);
            blend(colour, hair.beard() * cover((line - h) * 0.4f) * (1 - fade(free)));
        }
        if (hair.moustache() > 0) {
            float lip = mouth - who.mouth().upperLip() - 0.035f;
            blend(
                    colour,
                    hair.moustache() * fade(ellipse(x, h - lip, who.mouth().width() * 0.95f, 0.045f) - 0.3f));
        }
    }

    /** At x from the middle of the eye to the outside, and h downwards from it. */
    private void eye(float x, float h, int side) {
        Person.Eyes eyes = who.eyes();
        brow(x, h);
        if (Math.abs(x) > 0.24f || Math.abs(h) > 0.2f) {
            return;
        }
        blend(who.skin().tone().times(0.72f), 0.6f * fade(ellipse(x, h, eyes.width() * 1.35f, 0.11f)));
        blend(who.skin().tone().times(0.6f), who.marks().eyeBags() * fade(ellipse(x, h - 0.09f, eyes.width(), 0.03f)));
        float tilted = h + eyes.tilt() * x;
        float open = eyes.openness() * shot.expression().eyesOpen();
        float t = x / eyes.width();
        float lid = open * Math.max(0, 1 - t * t);
        float inside = cover(Math.max(Math.abs(tilted) - lid, (Math.abs(t) - 1) * eyes.width()));
        blend(SCLERA, inside);
        float gaze = 0.25f * shot.expression().gazeX() * eyes.width() * side;
        float iris = length(x - gaze, tilted - 0.2f * shot.expression().gazeY() * open) - 0.052f * eyes.irisSize();
        blend(eyes.iris(), inside * cover(iris));
        blend(DARK, inside * cover(iris + 0.03f * eyes.irisSize()));
        boolean within = Math.abs(t) < 1;
        blend(DARK, within ? eyes.lid() * cover(Math.abs(tilted + lid) - 0.012f) : 0);
    }

    private void brow(float x, float h) {
        Person.Brows brows = who.brows();
        float t = x / brows.length();
        if (Math.abs(t) > 1.1f) {
            return;
        }
        float middle = -brows.height()
                - shot.expression().browRaise()
                + brows.slope() * 0.25f * x
                + 0.05f * brows.arch() * (t * t - 0.4f);
        float half = brows.thickness() * (1 - 0.45f * Math.abs(t));
        Rgb colour = who.hair().colour().mix(DARK, 0.4f);
        blend(
                colour,
                brows.darkness() * cover(Math.max(Math.abs(h - middle) - half, (Math.abs(t) - 1) * brows.length())));
    }

    private void hairline(float x, float h) {
        Person.Hair hair = who.hair();
        float part = x - hair.part();
        float line = hair.fringe() + hair.wave() * 0.25f * part + 0.75f * part * part;
        float share = cover((h - line) * 0.6f);
        if (share > 0) {
            blend(hair.colour().times(1 + 0.12f * wave(30 * x + 12 * hair.wave() * h)), share);
        }
    }

    private void glasses(float x, float h) {
        Person.Glasses glasses = who.glasses();
        float dx = Math.abs(Math.abs(x) - who.eyes().spacing());
        float dy = Math.abs(h - who.eyes().height() - 0.015f);
        float round = length(dx, dy * 1.15f);
        float square = Math.max(dx, dy * 1.35f);
        float ring = round + (square - round) * glasses.squareness() - glasses.radius();
        blend(SCLERA, 0.08f * cover(ring));
        float bridge = Math.max(dy - 0.012f, ring < 0 ? 1 : 0);
        blend(glasses.frame(), cover(Math.min(Math.abs(ring) - glasses.thickness(), bridge)));
    }

    /** A sine's stand-in of parabolas with its period, -1 to 1. */
    static float wave(float angle) {
        float turns = angle * 0.15915494f;
        float t = 2 * (turns - (float) Math.floor(turns)) - 1;
        return 4 * t * (Math.abs(t) - 1);
    }

    /** Below 1 inside the ellipse. */
    private static float ellipse(float x, float y, float halfWidth, float halfHeight) {
        return length(x / halfWidth, y / halfHeight);
    }

    private static float length(float x, float y) {
        return (float) Math.sqrt(x * x + y * y);
    }

    /** 1 at the middle, smoothly 0 from a relative distance of 1 on. */
    private static float fade(float distance) {
        float t = Math.max(0, Math.min(1, 1 - distance));
        return t * t * (3 - 2 * t);
    }

    private float cover(float distance) {
        return Math.max(0, Math.min(1, 0.5f - distance / (2 * soft)));
    }

    private void blend(Rgb over, float share) {
        if (share > 0) {
            colour = colour.mix(over, share);
        }
    }
}
