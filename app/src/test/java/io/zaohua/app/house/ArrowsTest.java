package io.zaohua.app.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The arrows of the house point one way: model, engine and learn, app. Those of tensor/ stand
 * there.
 */
@AnalyzeClasses(
    packages = "io.zaohua",
    importOptions = {ImportOption.DoNotIncludeTests.class})
final class ArrowsTest {
  private static final String[] ENGINE_ROOMS = {
    "io.zaohua.engine.kernel",
    "io.zaohua.engine.cache",
    "io.zaohua.engine.step",
    "io.zaohua.engine.sample"
  };

  /** A rule about a package that is not there could not fail. Libraries may well be absent. */
  @ArchTest
  static void everyRoomNamedHereIsThere(JavaClasses house) {
    Set<String> there =
        house.stream().map(c -> c.getPackageName()).collect(Collectors.toUnmodifiableSet());
    assertThat(there)
        .contains(ENGINE_ROOMS)
        .contains(
            "io.zaohua.model",
            "io.zaohua.engine",
            "io.zaohua.tensor",
            "io.zaohua.learn.run",
            "io.zaohua.app");
  }

  @ArchTest
  static final ArchRule modelKnowsNobody =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.zaohua.engine..", "io.zaohua.tensor..", "io.zaohua.learn..", "io.zaohua.app..");

  @ArchTest
  static final ArchRule engineKnowsModelOnly =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.zaohua.tensor..", "io.zaohua.learn..", "io.zaohua.app..");

  @ArchTest
  static final ArchRule theEnginesRoomsDoNotKnowItsDoor =
      noClasses()
          .that()
          .resideInAnyPackage(ENGINE_ROOMS)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.zaohua.engine");

  @ArchTest
  static final ArchRule choosingTokensNeedsNoKernels =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.engine.sample..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.zaohua.engine.kernel..", "io.zaohua.engine.cache..", "io.zaohua.engine.step..");

  @ArchTest
  static final ArchRule modelIsPlainJava =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jdk.incubator..", "ai.djl..", "org.bytedeco..")
          .orShould()
          .callMethod(System.class, "loadLibrary", String.class)
          .orShould()
          .callMethod(System.class, "load", String.class)
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.foreign.Linker");

  @ArchTest
  static final ArchRule engineHasNoNativeCode =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ai.djl..", "org.bytedeco..", "picocli..", "org.jline..")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.foreign.Linker");

  @ArchTest
  static final ArchRule appLeavesTheVectorApiToTheEngine =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator..");

  /** Its tests run without libtorch on the class path; tensor/ holds its own arrows. */
  @ArchTest
  static final ArchRule theAppLoadsNoLibtorch =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.app..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.zaohua.tensor..", "org.bytedeco..");

  @ArchTest
  static final ArchRule nobodyKnowsTheApp =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.zaohua.app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.zaohua.app..");

  @ArchTest
  static final ArchRule onlyTheAppSpeaksToTheStandardStreams =
      noClasses()
          .that()
          .resideInAnyPackage("io.zaohua.model..", "io.zaohua.engine..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class);

  @ArchTest
  static final ArchRule nobodyLogsThroughJavaUtil =
      noClasses()
          .that()
          .doNotHaveSimpleName("ParquetRows") // it quiets its library
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.util.logging..");

  @ArchTest
  static final ArchRule thingsAreNamedForWhatTheyAre =
      classes()
          .that()
          .areNotAnonymousClasses()
          .should()
          .haveNameNotMatching(".*(Util|Utils|Helper|Manager|Factory|Impl)$")
          .andShould()
          .haveNameNotMatching(".*\\.Abstract[^.]*$");

  @ArchTest
  static final ArchRule nothingIsInjected =
      noFields()
          .should()
          .beAnnotatedWith("jakarta.inject.Inject")
          .orShould()
          .beAnnotatedWith("javax.inject.Inject")
          .orShould()
          .beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired");
}
