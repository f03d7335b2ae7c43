package io.zaohua.app.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs last in {@code mvn verify -Dgroups=golden} and only there: the other modules must have
 * executed goldens, and a folder given with {@code -Dgoldens} must hold some.
 */
@Tag("golden")
final class GoldenRun {
  private static final List<String> KINDS = List.of("llm", "tokenizer", "templates");
  private static final Pattern SUITE =
      Pattern.compile("<testsuite [^>]*\\btests=\"(\\d+)\"[^>]*\\bskipped=\"(\\d+)\"");

  @Test
  void theFolderHoldsGoldensAndMissingKindsAreNamed() {
    String goldens = System.getProperty("goldens", "");
    List<String> missing =
        KINDS.stream()
            .filter(kind -> !goldens.isEmpty() && !Files.isDirectory(Path.of(goldens, kind)))
            .toList();
    for (String kind : missing) {
      System.out.println("goldens: " + goldens + " has no " + kind + "/, so none of that kind ran");
    }
    assertThat(missing).as("kinds missing in " + goldens).hasSizeLessThan(KINDS.size());
  }

  @Test
  void theOtherModulesExecutedGoldens() throws IOException {
    Instant started = Instant.parse(System.getProperty("zaohua.started"));
    Path root = Path.of(System.getProperty("zaohua.root"));
    int executed = 0;
    for (Path report : reports(root)) {
      if (Files.getLastModifiedTime(report).toInstant().isBefore(started)) {
        continue;
      }
      Matcher suite = SUITE.matcher(Files.readString(report));
      executed +=
          suite.find() ? Integer.parseInt(suite.group(1)) - Integer.parseInt(suite.group(2)) : 0;
    }
    System.out.println("goldens: " + executed + " tests executed");
    assertThat(executed).as("golden tests executed in this run").isPositive();
  }

  private static List<Path> reports(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String module : List.of("model", "engine", "learn")) {
      Path folder = root.resolve(module).resolve("target/surefire-reports");
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.list(folder)) {
          files.filter(f -> f.getFileName().toString().startsWith("TEST-")).forEach(found::add);
        }
      }
    }
    return found;
  }
}
