package io.rangestream.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rangestream.app.correction.KeptFaces;
import io.rangestream.app.correction.KeptFaces.Kept;
import io.rangestream.app.correction.KeptIdentities;
import io.rangestream.avro.BatchFace;
import io.rangestream.avro.LabeledFace;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.identity.NameRule;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.RegistrySchemas;
import io.rangestream.schemas.wire.SchemaTopic;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows whose faces the sampler keeps, and which. */
@Command(
        name = "identities",
        description = "List the people whose faces are kept, or show the faces of one.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {IdentitiesCommand.ListIdentities.class, IdentitiesCommand.Show.class})
final class IdentitiesCommand implements Runnable {
    private static final ObjectMapper JSON = new ObjectMapper();

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(Console.of(spec), "say what to do with the identities: list or show");
    }

    @Command(
            name = "list",
            description = {
                "List everybody of whom there is a face in the buffers or the holdout, as far as the sampler has come.",
                "It reads the sampler's changelog of identities and the holdout from the broker."
            },
            mixinStandardHelpOptions = true)
    static final class ListIdentities implements Callable<Integer> {
        @Mixin
        private ConfigOptions config = new ConfigOptions();

        @Option(names = "--json", description = "Print each identity as a line of JSON.")
        private boolean json;

        @CommandLine.Spec
        private CommandLine.Model.@Nullable CommandSpec spec;

        @Override
        public Integer call() {
            Settings settings = config.settings();
            SortedMap<String, KeptIdentities.Counts> people = KeptIdentities.read(
                    ConfigOptions.reach(settings, TopicCatalogue::facesHoldout), SamplerConfig.from(settings));
            if (json) {
                people.forEach((identity, counts) -> Console.println(
                        spec,
                        JSON.createObjectNode()
                                .put("identity", identity)
                                .put("seen", counts.seen())
                                .put("kept", counts.kept())
                                .put("heldOut", counts.heldOut())
                                .toString()));
            } else {
                Console.println(spec, "     kept   held out  identity");
                people.forEach((identity, counts) ->
                        Console.println(spec, "%9d  %9d  %s".formatted(counts.kept(), counts.heldOut(), identity)));
                Console.println(spec, "%d identities".formatted(people.size()));
            }
            return CommandLine.ExitCode.OK;
        }
    }

    @Command(
            name = "show",
            description = {
                "Show the faces of an identity: their face_ids, for 'retract' and 'relabel --face', and where they are.",
                "It reads the changelog of the buffers and the holdout from the broker."
            },
            mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {
        @Mixin
        private ConfigOptions config = new ConfigOptions();

        @Parameters(paramLabel = "IDENTITY", description = "Whose faces.")
        private String identity = "";

        @Option(names = "--json", description = "Print the identity with its faces as a line of JSON.")
        private boolean json;

        @CommandLine.Spec
        private CommandLine.Model.@Nullable CommandSpec spec;

        @Override
        public Integer call() {
            String name = Console.name(spec, NameRule.IDENTITY, identity);
            List<Kept> faces = read(config.settings(), name);
            if (faces.isEmpty()) {
                throw new IllegalStateException("nobody of this name is in the buffers or the holdout");
            }
            if (json) {
                Console.println(spec, json(name, faces).toString());
            } else {
                Console.println(spec, "where    partition  face_id");
                faces.forEach(face -> Console.println(
                        spec,
                        "%-7s  %9s  %s"
                                .formatted(
                                        where(face),
                                        face.partition(),
                                        face.face().getFaceId())));
            }
            return CommandLine.ExitCode.OK;
        }

        private static List<Kept> read(Settings settings, String name) {
            CommonConfig common = ConfigOptions.reach(settings, TopicCatalogue::facesHoldout, TopicCatalogue::schemas);
            SamplerConfig sampler = SamplerConfig.from(settings);
            try (var schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig())) {
                var codec = new RecordCodec(
                        List.of(LabeledFace.getClassSchema(), BatchFace.getClassSchema()),
                        RegistrySchemas.with(sampler.registry(), schemas));
                return KeptFaces.read(common, sampler, name, codec).stream()
                        .sorted(Comparator.comparing(Kept::heldOut)
                                .thenComparing(Kept::partition)
                                .thenComparing(kept -> kept.face().getFaceId()))
                        .toList();
            }
        }

        private static ObjectNode json(String name, List<Kept> faces) {
            ObjectNode json = JSON.createObjectNode().put("identity", name);
            faces.forEach(kept -> json.withArray("faces")
                    .addObject()
                    .put("faceId", kept.face().getFaceId())
                    .put("where", where(kept))
                    .put("partition", kept.partition())
                    .put("encoding", kept.face().getEncoding().name())
                    .put("bytes", kept.face().getImage().remaining()));
            return json;
        }

        private static String where(Kept face) {
            return face.heldOut() ? "holdout" : "buffer";
        }
    }
}
