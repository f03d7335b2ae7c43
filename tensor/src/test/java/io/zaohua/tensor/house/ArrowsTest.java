package io.zaohua.tensor.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** The wall around libtorch. */
@AnalyzeClasses(
    packages = "io.zaohua",
    importOptions = {ImportOption.DoNotIncludeTests.class})
final class ArrowsTest {
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
