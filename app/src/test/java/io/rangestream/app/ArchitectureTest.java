package io.rangestream.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The lines between the modules. */
@AnalyzeClasses(packages = "io.rangestream", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] ENGINE = {"org.deeplearning4j..", "org.nd4j..", "org.bytedeco.."};

    @ArchTest
    static final ArchRule schemasKnowsNoOtherModule = noClasses()
            .that()
            .resideInAPackage("io.rangestream.schemas..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.rangestream.ingest..",
                    "io.rangestream.sampler..",
                    "io.rangestream.learner..",
                    "io.rangestream.client..",
                    "io.rangestream.app..");

    @ArchTest
    static final ArchRule ingestKnowsSchemasAlone = knowsSchemasAlone("ingest", "sampler", "learner", "client", "app");

    @ArchTest
    static final ArchRule samplerKnowsSchemasAlone = knowsSchemasAlone("sampler", "ingest", "learner", "client", "app");

    @ArchTest
    static final ArchRule learnerKnowsSchemasAlone = knowsSchemasAlone("learner", "ingest", "sampler", "client", "app");

    @ArchTest
    static final ArchRule clientKnowsSchemasAlone = knowsSchemasAlone("client", "ingest", "sampler", "learner", "app");

    @ArchTest
    static final ArchRule samplerNeverDecodesPixels = noClasses()
            .that()
            .resideInAPackage("io.rangestream.sampler..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javax.imageio..", "java.awt..")
            .orShould()
            .dependOnClassesThat()
            .haveSimpleName("CropDecoder");

    @ArchTest
    static final ArchRule onlyTheEnginesPackageNamesTheEngine = noClasses()
            .that()
            .resideOutsideOfPackages("io.rangestream.learner.dl4j..", "io.rangestream.learner.onnx..", "org.nd4j..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ENGINE);

    @ArchTest
    static final ArchRule onlyTheSamplerNamesKafkaStreams = noClasses()
            .that()
            .resideOutsideOfPackages("io.rangestream.sampler..", "io.rangestream.app..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka.streams..");

    @ArchTest
    static final ArchRule onlyTheAppNamesTheBroker = noClasses()
            .that()
            .resideOutsideOfPackage("io.rangestream.app.broker..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("kafka..");

    @ArchTest
    static final ArchRule lossesAndHeadWorkOnPlainArrays = noClasses()
            .that()
            .resideInAnyPackage("io.rangestream.learner.loss..", "io.rangestream.learner.head..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ENGINE);

    /** Its metrics are for who brings Micrometer. */
    @ArchTest
    static final ArchRule theClientNeedsLittle = classes()
            .that()
            .resideInAPackage("io.rangestream.client..")
            .and()
            .doNotHaveSimpleName("FollowerMetrics")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "io.rangestream.client..",
                    "io.rangestream.schemas..",
                    "io.rangestream.avro..",
                    "org.apache.kafka.clients..",
                    "org.apache.kafka.common..",
                    "org.apache.avro..",
                    "ai.onnxruntime..",
                    "com.github.benmanes.caffeine..",
                    "org.slf4j..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule learnerHasNoPackageCycles =
            slices().matching("io.rangestream.learner.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule samplerHasNoPackageCycles =
            slices().matching("io.rangestream.sampler.(**)").should().beFreeOfCycles();

    private static ArchRule knowsSchemasAlone(String module, String... others) {
        var packages = new String[others.length];
        for (int i = 0; i < others.length; i++) {
            packages[i] = "io.rangestream." + others[i] + "..";
        }
        return noClasses()
                .that()
                .resideInAPackage("io.rangestream." + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages);
    }
}
