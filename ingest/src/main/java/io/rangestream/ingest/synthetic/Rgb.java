package io.rangestream.ingest.synthetic;

/** A colour; 0 to 1 per channel, more where light is bright. */
record Rgb(float r, float g, float b) {

    static Rgb random(Draws draws) {
        return new Rgb(draws.unit(), draws.unit(), draws.unit());
    }

    /** This colour with a share of another. */
    Rgb mix(Rgb other, float share) {
        return new Rgb(r + (other.r - r) * share, g + (other.g - g) * share, b + (other.b - b) * share);
    }

    Rgb times(float factor) {
        return new Rgb(r * factor, g * factor, b * factor);
    }
}
