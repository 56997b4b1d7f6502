package io.rangestream.schemas.updates;

import io.rangestream.avro.ModelUpdate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The headers of an update, all but its signature: CloudEvents 1.0, Kafka protocol binding, binary content mode. */
public final class UpdateHeaders {
    private UpdateHeaders() {}

    /** Names and texts, in the order in which they are written. */
    public static Map<String, String> of(ModelUpdate update) {
        String name = new VersionKey(update.getModel(), update.getVersion()).toString();
        String status = update.getStatus().name().toLowerCase(Locale.ROOT).replace("_", "");
        Instant changedAt = update.getChangedAt();
        // A version may have a status more than once; the time tells the events apart.
        String id = changedAt == null ? status : status + "/" + changedAt.toEpochMilli();
        var headers = new LinkedHashMap<String, String>();
        headers.put("ce_specversion", "1.0");
        headers.put("ce_id", name + "/" + id + (update.getArtifact().getPruned() ? "/pruned" : ""));
        headers.put("ce_source", "/rangestream/" + update.getModel());
        headers.put("ce_type", "io.rangestream.model." + status);
        headers.put("ce_subject", name);
        headers.put("ce_time", (changedAt == null ? update.getCreatedAt() : changedAt).toString());
        headers.put("content-type", "application/avro");
        return headers;
    }
}
