package io.zaohua.app.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher as a process: which JDK it takes, when it builds, what it says. */
@Tag("slow")
final class LauncherTest {
  @TempDir Path temporary;
  private Tree tree;

  @BeforeEach
  void plant() throws Exception {
    tree = Tree.in(temporary);
  }

  @Test
  void anOlderJdkFirstOnThePathIsPassedOver() throws Exception {
    Path old = tree.jdk("old", "17.0.15");
    tree.jdk("usr/lib/jvm/some-name", "25.0.3");

    Tree.Result result =
        tree.built().run(Map.of("PATH", old + "/bin:" + tree.basicTools()), "--version");

    assertThat(result.out()).startsWith("java of " + tree.world() + "/usr/lib/jvm/some-name");
  }

  @Test
  void aSymbolicLinkOnThePathLeadsToItsJdk() throws Exception {
    Path home = tree.jdk("far away/jdk", "26");
    Files.createSymbolicLink(tree.world().resolve("tools/javac"), home.resolve("bin/javac"));

    assertThat(tree.built().run(Map.of(), "x").out()).startsWith("java of " + home);
  }

  @Test
  void javaHomeGoesBeforeTheUsualFolders() throws Exception {
    tree.jdk("usr/lib/jvm/other", "25");
    Path home = tree.jdk("my own", "25.0.1");

    assertThat(tree.built().run(Map.of("JAVA_HOME", home.toString()), "x").out())
        .startsWith("java of " + home);
  }

  @Test
  void anOldJavaHomeIsPassedOver() throws Exception {
    Path home = tree.jdk("usr/lib/jvm/new", "25");
    Path old = tree.jdk("old", "1.8.0_402");

    assertThat(tree.built().run(Map.of("JAVA_HOME", old.toString()), "x").out())
        .startsWith("java of " + home);
  }

  @Test
  void sdkmanFoldersAreSearched() throws Exception {
    Path home = tree.jdk("home/.sdkman/candidates/java/25.0.3-tem", "25.0.3");

    assertThat(tree.built().run(Map.of("HOME", tree.world() + "/home"), "x").out())
        .startsWith("java of " + home);
  }

  @Test
  void macBundlesAreLookedInto() throws Exception {
    Path home = tree.jdk("Library/Java/JavaVirtualMachines/t.jdk/Contents/Home", "25");

    assertThat(tree.built().run(Map.of(), "x").out()).startsWith("java of " + home);
  }

  @Test
  void withoutAJdkItSaysSoInOneSentence() throws Exception {
    tree.jdk("usr/lib/jvm/old", "24.0.2");

    Tree.Result result = tree.built().run(Map.of(), "--version");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).singleElement().asString().contains("JDK 25");
  }

  @Test
  void theSentenceIsChineseWhereTheUserIs() throws Exception {
    assertThat(tree.built().run(Map.of("LANG", "zh_CN.UTF-8"), "x").err()).contains("造化需要 JDK 25");
  }

  @Test
  void aWrongOwnChoiceIsNotPassedOverInSilence() throws Exception {
    tree.jdk("usr/lib/jvm/new", "25");
    Path old = tree.jdk("old", "21");

    Tree.Result result = tree.built().run(Map.of("ZAOHUA_JAVA_HOME", old.toString()), "x");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains(old.toString());
  }

  @Test
  void argumentsArriveAsTheyAre() throws Exception {
    tree.jdk("usr/lib/jvm/new", "25");

    assertThat(tree.built().run(Map.of(), "tokenize", "two  words", "", "天").out())
        .endsWith("[tokenize]\n[two  words]\n[]\n[天]\n");
  }

  @Test
  void itWorksThroughALinkFromAnotherFolder() throws Exception {
    tree.jdk("usr/lib/jvm/new", "25");
    Path link = Files.createSymbolicLink(temporary.resolve("z"), tree.root().resolve("zaohua"));

    Tree.Result result = Tree.finish(tree.built().start(link, tree.world(), Map.of(), "--version"));

    assertThat(result.out()).contains(tree.root() + "/.zaohua/run-1/app.jar");
  }

  @Test
  void onlyCommandsThatComputeLoadTheVectorApi() throws Exception {
    tree.jdk("usr/lib/jvm/new", "25");

    assertThat(tree.built().run(Map.of(), "generate").out()).contains("[jdk.incubator.vector]");
    assertThat(tree.run(Map.of(), "show").out()).doesNotContain("[jdk.incubator.vector]");
  }

  @Test
  void itBuildsOnFirstUseAndNotAgain() throws Exception {
    tree.jdk("usr/lib/jvm/new", "25");
    tree.maven(0);

    Tree.Result first = tree.run(Map.of(), "x");
    Tree.Result second = tree.run(Map.of(), "x");

    assertThat(first.err().lines()).hasSize(1);
    assertThat(second.err()).isEmpty();
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(Files.readAllLines(tree.calls())).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"engine/src/main/java/A.java", "models/poet/poet.gguf"})
  void aChangedSourceIsBuilt(String source) throws Exception {
    tree.jdk("usr/lib/jvm/new", "25");
    tree.maven(0);
    tree.run(Map.of(), "x");
    Files.setLastModifiedTime(
        tree.root().resolve(source), FileTime.from(Instant.now().plusSeconds(2)));

    tree.run(Map.of(), "x");

    assertThat(Files.readAllLines(tree.calls())).hasSize(2);
  }

  @Test
  void twoAtOnceBuildOnce() throws Exception {
    tree.jdk("usr/lib/jvm/new", "25");
    tree.maven(1);

    Process first = tree.start(tree.root().resolve("zaohua"), tree.root(), Map.of(), "x");
    Process second = tree.start(tree.root().resolve("zaohua"), tree.root(), Map.of(), "x");

    assertThat(Tree.finish(first).code()).isZero();
    assertThat(Tree.finish(second).code()).isZero();
    assertThat(Files.readAllLines(tree.calls())).hasSize(1);
  }

  @Test
  void aLockLeftByADeadProcessIsTaken() throws Exception {
    tree.jdk("usr/lib/jvm/new", "25");
    tree.maven(0);
    Files.createDirectories(tree.root().resolve(".zaohua/lock"));
    Files.writeString(tree.root().resolve(".zaohua/lock/pid"), "999999999\n");

    assertThat(tree.run(Map.of(), "x").code()).isZero();
  }

  @Test
  void aFailedBuildShowsTheErrorAndWhereItsLogIs() throws Exception {
    tree.jdk("usr/lib/jvm/new", "25");
    tree.brokenMaven();

    Tree.Result result = tree.run(Map.of(), "x");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("nonsense").contains("build.log");
    assertThat(tree.root().resolve(".zaohua/lock")).doesNotExist();
  }

  @Test
  void withoutMavenItNamesWhatToInstall() throws Exception {
    tree.jdk("usr/lib/jvm/new", "25");

    Tree.Result result = tree.run(Map.of(), "x");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("apt-get install maven");
  }

  @Test
  void aReadOnlyTreeRunsOnceItIsBuilt() throws Exception {
    tree.jdk("usr/lib/jvm/new", "25");
    tree.built();
    var readOnly = PosixFilePermissions.fromString("r-xr-xr-x");
    Files.setPosixFilePermissions(tree.root().resolve(".zaohua"), readOnly);
    Files.setPosixFilePermissions(tree.root(), readOnly);

    Tree.Result result = tree.run(Map.of("HOME", ""), "x");

    Files.setPosixFilePermissions(tree.root(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(
        tree.root().resolve(".zaohua"), PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(result.code()).isZero();
  }
}
