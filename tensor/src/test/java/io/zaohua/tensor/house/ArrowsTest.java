package io.zaohua.tensor.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.zaohua.tensor.Tensor;

/** The wall around libtorch. */
@AnalyzeClasses(
    packages = "io.zaohua",
    importOptions = {ImportOption.DoNotIncludeTests.class})
final class ArrowsTest {
  /** A rule about a package that is not there could not fail. */
  @ArchTest
  static void bothRoomsAreThere(JavaClasses house) {
    assertThat(house.stream().map(c -> c.getPackageName()).distinct())
        .contains("io.zaohua.model", "io.zaohua.model.file", "io.zaohua.tensor");
    assertThat(house.get(Tensor.class).getAllFields()).anyMatch(f -> isJavaCpp(f.getRawType()));
  }

  @ArchTest
  static final ArchRule onlyTheTensorPackageImportsJavaCpp =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.zaohua.tensor")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule noPublicSignatureShowsJavaCpp =
      methods()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat()
          .resideInAPackage("io.zaohua.tensor")
          .and()
          .areDeclaredInClassesThat()
          .arePublic()
          .should(
              new ArchCondition<>("have no JavaCPP type in their signature") {
                @Override
                public void check(
                    com.tngtech.archunit.core.domain.JavaMethod method, ConditionEvents events) {
                  boolean shows =
                      isJavaCpp(method.getRawReturnType())
                          || method.getRawParameterTypes().stream().anyMatch(ArrowsTest::isJavaCpp);
                  events.add(
                      new SimpleConditionEvent(method, !shows, method.getFullName() + " shows it"));
                }
              });

  @ArchTest
  static final ArchRule ofTheModelItTakesErrorsOnly =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.tensor..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "belong to another room",
                  (JavaClass c) ->
                      c.getPackageName().startsWith("io.zaohua")
                          && !c.getPackageName().startsWith("io.zaohua.tensor")
                          && !c.getPackageName().equals("io.zaohua.model")));

  @ArchTest
  static final ArchRule itIsSilent =
      noClasses()
          .that()
          .resideInAPackage("io.zaohua.tensor..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class);

  private static boolean isJavaCpp(JavaClass type) {
    return type.getBaseComponentType().getPackageName().startsWith("org.bytedeco");
  }
}
