package io.rangestream.ingest.synthetic;

/**
 * What makes a face the face of one person: about forty continuous measures, in units of half the crop's side, and none
 * that changes from crop to crop.
 */
record Person(
        Skin skin, Head head, Hair hair, Eyes eyes, Brows brows, Nose nose, Mouth mouth, Marks marks, Glasses glasses) {

    /** @param blush 0 to 1 */
    record Skin(Rgb tone, float blush, float freckles, long pattern) {}

    /** @param jaw exponent of the lower outline: 1.6 is pointed, 4 is square */
    record Head(float halfWidth, float chin, float crown, float jaw, float earSize, float earHeight) {}

    /** The hairline is at the height of fringe, parted at part; the hair falls down to length. */
    record Hair(
            Rgb colour,
            float volume,
            float fringe,
            float part,
            float wave,
            float length,
            float beard,
            float moustache) {}

    record Eyes(
            float spacing,
            float height,
            float width,
            float openness,
            float tilt,
            float lid,
            Rgb iris,
            float irisSize) {}

    record Brows(float height, float thickness, float length, float arch, float slope, float darkness) {}

    record Nose(float length, float width, float bridge, float nostrils, float bend) {}

    record Mouth(float height, float width, float upperLip, float lowerLip, float curve, Rgb lips) {}

    /** A mole (strength 0 for none), lines of the forehead and beside the nose. */
    record Marks(float moleX, float moleY, float moleSize, float foreheadLines, float noseLines, float eyeBags) {}

    /** @param habit how often the glasses are on, 0 for a person without */
    record Glasses(float habit, float radius, float squareness, float thickness, Rgb frame) {}

    static Person of(long seed, int index) {
        var d = new Draws(seed, index, -1);
        Hair hair = hair(d);
        return new Person(
                skin(d),
                new Head(
                        d.around(0.44f, 0.64f),
                        d.around(0.68f, 0.92f),
                        d.around(0.74f, 0.92f),
                        d.between(1.7f, 3.6f),
                        d.around(0.03f, 0.14f),
                        d.between(-0.12f, 0.12f)),
                hair,
                new Eyes(
                        d.around(0.17f, 0.32f),
                        d.around(-0.20f, 0.02f),
                        d.around(0.085f, 0.165f),
                        d.around(0.03f, 0.085f),
                        d.around(-0.35f, 0.35f),
                        d.between(0.2f, 1),
                        iris(d),
                        d.around(0.75f, 1.2f)),
                new Brows(
                        d.around(0.08f, 0.22f),
                        d.around(0.010f, 0.065f),
                        d.around(0.09f, 0.21f),
                        d.between(-0.2f, 1.1f),
                        d.around(-0.4f, 0.4f),
                        d.between(0.35f, 1)),
                new Nose(
                        d.around(0.16f, 0.40f),
                        d.around(0.05f, 0.18f),
                        d.between(0.1f, 1),
                        d.between(0.2f, 1),
                        d.around(-0.06f, 0.06f)),
                mouth(d),
                new Marks(
                        d.between(-0.38f, 0.38f),
                        d.between(-0.35f, 0.6f),
                        d.chance(0.35f) ? d.between(0.018f, 0.045f) : 0,
                        d.chance(0.4f) ? d.between(0.1f, 0.6f) : 0,
                        d.chance(0.6f) ? d.between(0.1f, 0.7f) : 0,
                        d.between(0, 0.5f)),
                new Glasses(
                        d.chance(0.22f) ? d.between(0.7f, 0.95f) : 0,
                        d.between(0.13f, 0.2f),
                        d.unit(),
                        d.between(0.012f, 0.035f),
                        Rgb.random(d).times(0.5f)));
    }

    private static Skin skin(Draws d) {
        var dark = new Rgb(0.40f, 0.27f, 0.19f);
        var light = new Rgb(0.96f, 0.80f, 0.69f);
        var olive = new Rgb(0.78f, 0.64f, 0.44f);
        Rgb tone = dark.mix(light, d.around(0, 1)).mix(olive, d.between(0, 0.4f));
        float freckles = d.chance(0.2f) ? d.between(0.2f, 0.8f) : 0;
        return new Skin(tone, d.between(0, 0.6f), freckles, d.next());
    }

    private static Hair hair(Draws d) {
        var black = new Rgb(0.07f, 0.06f, 0.06f);
        var brown = new Rgb(0.42f, 0.26f, 0.14f);
        var blond = new Rgb(0.85f, 0.70f, 0.42f);
        var red = new Rgb(0.60f, 0.24f, 0.10f);
        var grey = new Rgb(0.72f, 0.72f, 0.72f);
        float shade = d.unit();
        Rgb colour = shade < 0.6f ? black.mix(brown, shade / 0.6f) : brown.mix(blond, (shade - 0.6f) / 0.4f);
        colour = colour.mix(red, d.chance(0.2f) ? d.unit() : 0).mix(grey, d.chance(0.25f) ? d.unit() : 0);
        boolean beard = d.chance(0.25f);
        return new Hair(
                colour,
                d.around(0.0f, 0.2f),
                d.around(-0.72f, -0.28f),
                d.between(-0.3f, 0.3f),
                d.between(-0.5f, 0.5f),
                d.chance(0.4f) ? d.between(0.2f, 1.2f) : d.between(-0.5f, 0.1f),
                beard ? d.between(0.3f, 0.95f) : 0,
                beard || d.chance(0.1f) ? d.between(0.2f, 0.9f) : 0);
    }

    private static Rgb iris(Draws d) {
        var brown = new Rgb(0.25f, 0.14f, 0.07f);
        var blue = new Rgb(0.35f, 0.55f, 0.75f);
        var green = new Rgb(0.35f, 0.50f, 0.30f);
        return brown.mix(d.chance(0.6f) ? blue : green, d.unit());
    }

    private static Mouth mouth(Draws d) {
        return new Mouth(
                d.around(0.32f, 0.54f),
                d.around(0.12f, 0.30f),
                d.around(0.008f, 0.06f),
                d.around(0.015f, 0.075f),
                d.around(-0.3f, 0.3f),
                new Rgb(0.65f, 0.36f, 0.34f).mix(new Rgb(0.75f, 0.15f, 0.22f), d.chance(0.4f) ? d.unit() : 0));
    }
}
