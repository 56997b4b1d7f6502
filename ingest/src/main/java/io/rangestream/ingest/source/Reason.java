package io.rangestream.ingest.source;

import java.util.Locale;

/** Why a file was not sent. */
public enum Reason {
    HIDDEN("a hidden file or a file manager's leftover"),
    MISPLACED("not of the form identity/file"),
    TOO_DEEP("in deeper folders than identity/file"),
    NAME("a name that cannot be read; --charset says what the names are in"),
    NO_IDENTITY("a folder whose name is no identity"),
    NOT_A_FILE("a link or another special file"),
    EMPTY("no bytes"),
    TOO_LARGE("more bytes than max.face.bytes"),
    TOO_MANY_PIXELS("more pixels than max.face.pixels"),
    NOT_AN_IMAGE("not a JPEG, PNG or BMP image"),
    UNUSABLE_IMAGE("cut off, damaged, or of sides that no crop has"),
    UNREADABLE("cannot be read"),
    REFUSED("larger than the broker accepts");

    private final String text;

    Reason(String text) {
        this.text = text;
    }

    /** A few words for people. */
    public String text() {
        return text;
    }

    /** A word for programs: {@code too-large} for {@link #TOO_LARGE}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
