package io.rangestream.app.command;

import io.rangestream.learner.ModelAdoption;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.publish.Adoption;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the versions that the signing key did not sign, and signs them once the operator has confirmed what was shown. */
@Command(
        name = "adopt",
        description = {
            "Sign versions that no trusted key signed, or another than the signing key.",
            "Shows them first; --confirm signs what was shown. docs/models.md says when it is needed."
        },
        mixinStandardHelpOptions = true)
final class AdoptCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions config = new ConfigOptions();

    @Parameters(paramLabel = "VERSION", arity = "0..*", description = "Versions to sign (default: all that are shown).")
    private List<Long> versions = new ArrayList<>();

    @Option(names = "--none", description = "Sign none of them: the signing key begins with no version.")
    private boolean none;

    @Option(names = "--confirm", paramLabel = "DIGEST", description = "Sign what was shown with this digest.")
    private @Nullable String confirmed;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (none && !versions.isEmpty()) {
            throw new CommandLine.ParameterException(Console.of(spec), "--none goes without versions");
        }
        Settings settings = config.settings();
        CommonConfig common = CommonConfig.from(settings);
        try (ModelAdoption adoption = ModelAdoption.connect(common, LearnerConfig.from(settings))) {
            Adoption found = adoption.look();
            Set<Long> chosen = chosen(found);
            if (confirmed == null) {
                show(found, chosen);
            } else {
                adoption.sign(chosen, confirmed);
                Console.println(spec, chosen.isEmpty() ? "no version signed" : "signed: " + named(chosen));
            }
            return CommandLine.ExitCode.OK;
        }
    }

    private Set<Long> chosen(Adoption found) {
        Set<Long> there = found.candidates().stream()
                .map(Adoption.Candidate::version)
                .collect(Collectors.toCollection(TreeSet::new));
        if (none) {
            return Set.of();
        }
        versions.stream()
                .filter(version -> !there.contains(version))
                .findFirst()
                .ifPresent(version -> {
                    throw new IllegalStateException("there is no version %d to sign".formatted(version));
                });
        return versions.isEmpty() ? there : new TreeSet<>(versions);
    }

    private void show(Adoption found, Set<Long> chosen) {
        if (found.candidates().isEmpty() && !none) {
            Console.println(spec, "there is nothing to sign");
            return;
        }
        Console.println(
                spec, "%7s  %-11s  %-24s  %-16s  %s".formatted("version", "status", "made", "sha256", "signed by"));
        for (Adoption.Candidate candidate : found.candidates()) {
            if (none || chosen.contains(candidate.version())) {
                String sha256 = candidate.update().getArtifact().getSha256();
                Console.println(
                        spec,
                        "%7d  %-11s  %-24s  %-16s  %s"
                                .formatted(
                                        candidate.version(),
                                        candidate.update().getStatus(),
                                        candidate.update().getCreatedAt(),
                                        sha256.substring(0, Math.min(16, sha256.length())),
                                        candidate.signer()));
            }
        }
        String what = none ? " --none" : versions.isEmpty() ? "" : " " + named(chosen);
        Console.println(
                spec,
                "nothing is signed yet; 'rangestream models adopt%s --confirm %s' signs %s"
                        .formatted(what, found.digest(chosen), none ? "none of it" : "it"));
    }

    private static String named(Set<Long> versions) {
        return versions.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }
}
