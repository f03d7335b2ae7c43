package io.zaohua.learn.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What is learned stands on model/ and tensor/, never on libtorch itself. */
@AnalyzeClasses(
    packages = "io.zaohua",
    importOptions = {ImportOption.DoNotIncludeTests.class})
final class ArrowsTest {
  /** A rule about a package that is not there could not fail. */
  @ArchTest
  static void everyRoomNamedHereIsThere(JavaClasses house) {
    assertThat(house.stream().map(c -> c.getPackageName()).distinct())
        .contains("io.zaohua.model", "io.zaohua.tensor", "io.zaohua.learn.run");
  }

  @ArchTest
  static final ArchRule learnStaysBehindTheWall =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.learn..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..")
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
