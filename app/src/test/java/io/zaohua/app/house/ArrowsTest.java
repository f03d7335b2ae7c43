package io.zaohua.app.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The arrows of the house point one way: model, engine and learn, app. Those of tensor/ stand
 * there.
 */
@AnalyzeClasses(
    packages = "io.zaohua",
    importOptions = {ImportOption.DoNotIncludeTests.class})
final class ArrowsTest {
  @ArchTest
  static final ArchRule modelKnowsNobody =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.zaohua.engine..",
              "io.zaohua.tensor..",
              "io.zaohua.learn..",
              "io.zaohua.app..",
              "io.zaohua.examples..");

  @ArchTest
  static final ArchRule engineKnowsModelOnly =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.zaohua.tensor..", "io.zaohua.learn..", "io.zaohua.app..", "io.zaohua.examples..");

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
