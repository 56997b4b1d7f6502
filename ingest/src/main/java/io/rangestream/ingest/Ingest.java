package io.rangestream.ingest;

import io.rangestream.avro.LabeledFace;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.source.Rejections;
import io.rangestream.schemas.broker.BrokerConnection;
import io.rangestream.schemas.broker.KafkaFailure;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.identity.IdentityList;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.SchemaTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the crops of a source to the faces topic, validated, in order, as fast as wanted. What cannot be sent is counted
 * with its reason and the rest flows on; only the broker can end it. One thread runs it; {@link #stop} may be called
 * from any.
 */
public final class Ingest implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Ingest.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(3);
    private static final long NANOS_BETWEEN_REPORTS = 200_000_000;

    private final IngestConfig config;
    private final String topic;
    private final String brokers;
    private final Producer<String, byte[]> producer;
    private final Time time;
    private final Rejections.Log rejected;
    private final FaceCheck check;
    private final RecordCodec codec = new RecordCodec(List.of(), SchemaSource.NONE);
    private volatile boolean stopped;

    Ingest(
            IngestConfig config,
            String topic,
            String brokers,
            Producer<String, byte[]> producer,
            Time time,
            Rejections.Log rejected) {
        this.config = config;
        this.rejected = rejected;
        this.topic = topic;
        this.brokers = brokers;
        this.producer = producer;
        this.time = time;
        this.check = config.check();
    }

    /** As the other, with a command's patience, for whom the summary's rejections will do. */
    public static Ingest connect(CommonConfig common, IngestConfig config) {
        return connect(common, config, Rejections.Log.NONE, BrokerConnection.ofCommand(common));
    }

    /**
     * Publishes the schema of what will be sent, and connects.
     *
     * @param rejected gets every crop of the sources that is not sent
     * @param broker waits for Kafka and for the topics
     * @throws ConfigurationException if topics are missing and not waited for
     * @throws KafkaException in one line, if Kafka cannot be reached in time or refuses this client
     */
    public static Ingest connect(
            CommonConfig common, IngestConfig config, Rejections.Log rejected, BrokerConnection broker) {
        Map<String, Object> client = ProducerSettings.of(common.clientConfig(), config.maxFaceBytes());
        broker.requireTopics(List.of(common.topics().faces(), common.topics().schemas()));
        return broker.call(() -> {
            SchemaTopic.publish(common.topics().schemas(), client, List.of(LabeledFace.getClassSchema()));
            return new Ingest(
                    config,
                    common.topics().faces(),
                    common.bootstrapServers(),
                    new KafkaProducer<>(client, new StringSerializer(), new ByteArraySerializer()),
                    Time.SYSTEM,
                    rejected);
        });
    }

    /**
     * Sends the crops of a source, and waits until the broker has them. Stopped or interrupted, it returns what was
     * done until then; an interrupt stays set.
     *
     * @param identities the identities to send; empty for all
     * @throws IngestException if the broker fails
     */
    public IngestSummary run(FaceSource source, Optional<IdentityList> identities, ProgressListener listener) {
        return run(source, chosen(source, identities), notFound(source, identities), listener);
    }

    /**
     * Sends these crops in this order, whatever the configuration says of order and limit; otherwise like {@link
     * #run(FaceSource, Optional, ProgressListener)}.
     *
     * @param faces crops of the source
     */
    public IngestSummary run(FaceSource source, List<FaceRef> faces, ProgressListener listener) {
        return run(source, faces, 0, listener);
    }

    private IngestSummary run(FaceSource source, List<FaceRef> faces, int notFound, ProgressListener listener) {
        var rejections = new Rejections(rejected);
        rejections.addAll(source.leftOut());
        var run = new Run(source, rejections, faces.size() + rejections.total(), listener);
        boolean complete = false;
        try {
            complete = run.sendAll(faces);
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (KafkaException e) {
            throw failure(topic, brokers, e);
        }
        return run.summary(complete, notFound);
    }

    /** Ends a run before the next crop; {@link #run} then returns what was done. */
    public void stop() {
        stopped = true;
    }

    /** Gives what was sent a few seconds to arrive. */
    @Override
    public void close() {
        // An interrupted thread would not wait at all, and lose what is on its way.
        boolean interrupted = Thread.interrupted();
        try {
            producer.close(CLOSE_WITHIN);
        } catch (InterruptException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private List<FaceRef> chosen(FaceSource source, Optional<IdentityList> identities) {
        List<FaceRef> faces = source.faces();
        if (identities.isPresent()) {
            Set<String> names = identities.get().names();
            faces = faces.stream()
                    .filter(face -> names.contains(face.identity()))
                    .toList();
        }
        List<FaceRef> ordered = config.order().arrange(faces, config.seed());
        return config.limit() == 0 || config.limit() >= ordered.size()
                ? ordered
                : ordered.subList(0, (int) config.limit());
    }

    private static int notFound(FaceSource source, Optional<IdentityList> identities) {
        if (identities.isEmpty()) {
            return 0;
        }
        Set<String> missing = new HashSet<>(identities.get().names());
        source.faces().forEach(face -> missing.remove(face.identity()));
        return missing.size();
    }

    private static IngestException failure(String topic, String brokers, KafkaException e) {
        String line = KafkaFailure.mayPass(e)
                ? "cannot reach Kafka at %s: %s".formatted(brokers, KafkaFailure.line(e))
                : "cannot send to %s at %s: %s".formatted(topic, brokers, KafkaFailure.line(e));
        return new IngestException(line, e);
    }

    /** One run's state. */
    private final class Run {
        private final FaceSource source;
        private final Rejections rejections;
        private final long total;
        private final ProgressListener listener;
        private final InFlight inFlight;
        private final Pacer pacer = new Pacer(config.rate(), time);
        private final long start = time.nanos();
        private final CropShapes shapes = new CropShapes();
        private long scaled;
        private long lastReport = start;

        Run(FaceSource source, Rejections rejections, long total, ProgressListener listener) {
            this.source = source;
            this.rejections = rejections;
            this.total = total;
            this.listener = listener;
            this.inFlight = new InFlight(rejections);
        }

        /** False if it was stopped before all were sent. */
        boolean sendAll(List<FaceRef> faces) throws InterruptedException {
            for (FaceRef face : faces) {
                Optional<FaceCheck.Checked> checked = check.labelled(source, face, rejections);
                if (checked.isPresent()) {
                    pacer.await();
                    if (stopped || !send(face, checked.get().face())) {
                        return false;
                    }
                    shapes.add(checked.get().found());
                    scaled += checked.get().isScaled() ? 1 : 0;
                }
                if (stopped) {
                    return false;
                }
                reportNowAndThen();
            }
            // The rest of a batch would otherwise wait out linger.ms, and an absent broker is noticed here.
            while (!inFlight.settled()) {
                if (stopped) {
                    return false;
                }
                reportNowAndThen();
            }
            return true;
        }

        private boolean send(FaceRef face, LabeledFace labelled) throws InterruptedException {
            int imageBytes = labelled.getImage().remaining();
            byte[] value = codec.encode(labelled);
            while (!inFlight.admit(value.length)) {
                if (stopped) {
                    return false;
                }
                reportNowAndThen();
            }
            // The callback sees what the future would.
            var unused = producer.send(
                    new ProducerRecord<>(topic, face.identity(), value),
                    (metadata, e) -> inFlight.acknowledged(face, value.length, imageBytes, e));
            return true;
        }

        private void reportNowAndThen() {
            if (time.nanos() - lastReport >= NANOS_BETWEEN_REPORTS) {
                report();
            }
        }

        private void report() {
            lastReport = time.nanos();
            double seconds = Math.max(1e-3, (lastReport - start) / 1e9);
            long sent = inFlight.crops();
            listener.progressed(new IngestProgress(
                    sent, rejections.total(), total, Duration.ofNanos(lastReport - start), sent / seconds));
        }

        IngestSummary summary(boolean complete, int identitiesNotFound) {
            if (!complete) {
                settleWithin(CLOSE_WITHIN);
            }
            report();
            long found = source.faces().size() + source.leftOut().total();
            List<String> notes = new ArrayList<>(source.notes());
            if (scaled > 0) {
                notes.add(String.format(
                        Locale.ROOT,
                        "%,d larger pictures were scaled down: no side above %d pixels (ingest.max.side), JPEG of"
                                + " quality %.0f",
                        scaled,
                        config.maxSide(),
                        100 * Downscaler.QUALITY));
            }
            shapes.hint().ifPresent(notes::add);
            return inFlight.summary(complete, found, total, identitiesNotFound, notes, (time.nanos() - start) / 1e9);
        }

        /** What is on its way when a run is stopped still counts, if it arrives soon. */
        private void settleWithin(Duration limit) {
            boolean interrupted = Thread.interrupted();
            long deadline = time.nanos() + limit.toNanos();
            try {
                boolean settled = false;
                while (!settled && time.nanos() < deadline) {
                    settled = inFlight.settled();
                }
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (KafkaException e) {
                log.warn("what was on its way is lost: {}", e.getMessage());
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
