package io.zaohua.app.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the sources of all modules must look like, read as text. */
final class SourcesTest {
  private static final List<Path> SOURCES = sources();

  @Test
  void theScanSeesEveryModule() {
    assertThat(SOURCES)
        .anyMatch(p -> p.toString().contains("model"))
        .anyMatch(p -> p.toString().contains("engine"))
        .anyMatch(p -> p.toString().contains("examples"));
  }

  @Test
  void everyPackageSaysWhatLivesThere() {
    List<Path> silent =
        SOURCES.stream()
            .map(Path::getParent)
            .distinct()
            .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
            .toList();
    assertThat(silent).isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() {
    List<Path> unmarked =
        SOURCES.stream()
            .filter(p -> p.endsWith("package-info.java"))
            .filter(p -> !text(p).contains("@NullMarked") || !text(p).startsWith("/**"))
            .toList();
    assertThat(unmarked).isEmpty();
  }

  @Test
  void noFileIsLongerThan600Lines() {
    List<Path> tooLong = SOURCES.stream().filter(p -> text(p).lines().count() > 600).toList();
    assertThat(tooLong).isEmpty();
  }

  private static List<Path> sources() {
    Path root = Path.of(System.getProperty("zaohua.root"));
    try (Stream<Path> modules = Files.list(root)) {
      return modules
          .map(module -> module.resolve("src/main/java"))
          .filter(Files::isDirectory)
          .flatMap(SourcesTest::javaFiles)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Path> javaFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(p -> p.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
