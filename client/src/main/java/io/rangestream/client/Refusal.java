package io.rangestream.client;

/**
 * An update that is not served.
 *
 * @param version what the update says; where its signature failed, nobody vouches for that
 * @param failed the check that it did not pass
 * @param reason in one line
 */
public record Refusal(ModelVersion version, Check failed, String reason) {}
