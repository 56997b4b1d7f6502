package io.rangestream.app.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rangestream.sampler.IdentityCensus;
import io.rangestream.sampler.IdentityLookup;
import io.rangestream.sampler.Sampler;
import io.rangestream.schemas.identity.InvalidNameException;
import io.rangestream.schemas.identity.NameRule;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code /identities}: how many there are and how full their buffers are, of the partitions of this process; {@code
 * /identities/NAME}: what is known of one, or where to ask.
 */
public final class IdentitiesPage implements Page {
    private static final int REDIRECT = 307;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final String JSON = "application/json";
    private static final String RETRY_AFTER_SECONDS = "1";

    private final Sampler sampler;
    private final ObjectMapper mapper = new ObjectMapper();

    public IdentitiesPage(Sampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public Answer get(String rest) {
        if (!sampler.isRunning()) {
            return unavailable();
        }
        return rest.length() <= 1 ? all() : one(rest.substring(1));
    }

    private Answer all() {
        IdentityCensus census = sampler.census();
        ObjectNode json = mapper.createObjectNode();
        json.put("identities", census.identities());
        json.put("drawable", census.drawable());
        json.put("faces", census.faces());
        ObjectNode buffers = json.putObject("buffers");
        for (int percent : new int[] {10, 50, 90, 99, 100}) {
            buffers.put("p" + percent, census.quantile(percent / 100.0));
        }
        json.put("head", census.head()).put("middle", census.middle()).put("tail", census.tail());
        census.tasks().forEach(json.putArray("tasks")::add);
        census.others().forEach(other -> json.withArray("others").add("http://" + other + "/identities"));
        return json(OK, Map.of(), json);
    }

    private Answer one(String name) {
        String identity;
        try {
            identity = NameRule.IDENTITY.normalise(name);
        } catch (InvalidNameException e) {
            return json(BAD_REQUEST, Map.of(), mapper.createObjectNode().put("error", e.getMessage()));
        }
        IdentityLookup lookup = sampler.find(identity);
        ObjectNode json = mapper.createObjectNode().put("identity", identity);
        if (lookup instanceof IdentityLookup.Found found) {
            json.put("seen", found.seen()).put("kept", found.kept());
            found.firstAt().ifPresent(at -> json.put("firstAt", at.toString()));
            found.lastAt().ifPresent(at -> json.put("lastAt", at.toString()));
            json.put("heldOut", found.heldOut());
            if (found.heldOut() > 0) {
                json.put("holdout", found.heldOutWhole() ? "whole identity" : "some faces");
            }
            return json(OK, Map.of(), json);
        }
        if (lookup instanceof IdentityLookup.Elsewhere elsewhere) {
            String location = "http://%s/identities/%s"
                    .formatted(
                            elsewhere.address(),
                            URLEncoder.encode(identity, StandardCharsets.UTF_8).replace("+", "%20"));
            return json(REDIRECT, Map.of("Location", location), json.put("at", location));
        }
        if (lookup instanceof IdentityLookup.SameAddress same) {
            String reason = "the sampler that has it is told as %s, as is this one: give each its own %s"
                    .formatted(same.address(), HealthConfig.ADVERTISED_HOST);
            return json(UNAVAILABLE, Map.of(), json.put("error", reason));
        }
        if (lookup instanceof IdentityLookup.NotNow) {
            return unavailable();
        }
        return json(NOT_FOUND, Map.of(), json.put("error", "neither in the buffers nor in the holdout"));
    }

    private Answer unavailable() {
        return json(
                UNAVAILABLE,
                Map.of("Retry-After", RETRY_AFTER_SECONDS),
                mapper.createObjectNode().put("error", "the sampler is " + sampler.state()));
    }

    private Answer json(int status, Map<String, String> headers, ObjectNode body) {
        try {
            var all = new HashMap<>(headers);
            all.put("Content-Type", JSON);
            return new Answer(status, all, mapper.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
