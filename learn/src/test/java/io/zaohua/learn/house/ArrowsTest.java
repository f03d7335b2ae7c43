package io.zaohua.learn.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What is learned stands on model/ and tensor/, never on libtorch itself. */
@AnalyzeClasses(
    packages = "io.zaohua",
    importOptions = {ImportOption.DoNotIncludeTests.class})
final class ArrowsTest {
  @ArchTest
  static final ArchRule learnStaysBehindTheWall =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.learn..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.bytedeco..", "io.zaohua.app..", "io.zaohua.examples..")
          .orShould()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class);

  @ArchTest
  static final ArchRule nobodyBelowKnowsIt =
      noClasses()
          .that()
          .resideInAnyPackage("io.zaohua.model..", "io.zaohua.tensor..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.zaohua.learn..");
}
