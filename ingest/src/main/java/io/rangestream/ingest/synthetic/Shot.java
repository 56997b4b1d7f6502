package io.rangestream.ingest.synthetic;

/**
 * What differs between two crops of one person: pose, light, expression, what is in the way, and the camera. Angles in
 * radians, lengths in units of half the crop's side.
 */
record Shot(Pose pose, Light light, Expression expression, Scene scene, Camera camera) {

    record Pose(float yaw, float pitch, float roll, float scale, float x, float y) {}

    /** Light comes from x to the left or right and from y above or below. */
    record Light(float x, float y, float ambient, float diffuse, float gain, float warmth) {}

    record Expression(float mouthOpen, float smile, float browRaise, float eyesOpen, float gazeX, float gazeY) {}

    /** @param occluder 0 for none; 1 a bar across, 2 a hat, 3 something over the mouth */
    record Scene(
            Rgb background,
            Rgb backgroundFar,
            float clutter,
            long pattern,
            Rgb clothes,
            int occluder,
            Rgb occluderColour,
            float occluderAt,
            float occluderAngle,
            boolean glassesOn,
            float hairShift) {}

    record Camera(float blur, float noise, float gamma, float quality, long noiseSeed) {}

    static Shot of(long seed, int person, int number, Person who) {
        var d = new Draws(seed, person, number);
        var pose = new Pose(
                0.36f * d.normal(),
                0.07f * d.normal(),
                0.10f * d.normal(),
                d.around(0.84f, 1.26f),
                0.075f * d.normal(),
                0.075f * d.normal());
        var light = new Light(
                d.between(-1, 1),
                d.between(-0.9f, 0.4f),
                d.between(0.35f, 0.75f),
                d.between(0.25f, 0.85f),
                d.around(0.5f, 1.35f),
                0.11f * d.normal());
        boolean open = d.chance(0.35f);
        var expression = new Expression(
                open ? d.between(0.02f, 0.11f) : 0,
                0.35f * d.normal() + 0.15f,
                0.03f * d.normal(),
                d.chance(0.05f) ? 0.1f : d.between(0.7f, 1.2f),
                0.4f * d.normal(),
                0.2f * d.normal());
        // Rooms and skies are greyer than random colours.
        Rgb background = Rgb.random(d).mix(new Rgb(0.5f, 0.5f, 0.5f), 0.45f);
        var scene = new Scene(
                background,
                background.mix(Rgb.random(d), d.unit()),
                d.between(0, 0.5f),
                d.next(),
                Rgb.random(d),
                d.chance(0.16f) ? 1 + d.below(3) : 0,
                Rgb.random(d),
                d.between(-0.8f, 0.8f),
                d.between(-3.1f, 3.1f),
                d.chance(who.glasses().habit()),
                0.03f * d.normal());
        var camera = new Camera(
                d.chance(0.5f) ? d.between(0, 1.1f) : 0,
                d.between(0.005f, 0.045f),
                d.between(0.8f, 1.25f),
                d.between(0.72f, 0.95f),
                d.next());
        return new Shot(pose, light, expression, scene, camera);
    }
}
