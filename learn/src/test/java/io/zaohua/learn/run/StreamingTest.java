package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files whose text and tokens are larger than the heap. */
@Tag("slow")
final class StreamingTest {
  private static final int MEGABYTES = 48;

  @ParameterizedTest
  @ValueSource(strings = {"line", "none"})
  void aRunNeedsNoHeapForItsText(String separator, @TempDir Path folder) throws Exception {
    Path recipe = TinyRun.recipe(folder, 3);
    Files.writeString(
        recipe,
        Files.readString(recipe)
            .replace("length: 16", "length: 256")
            .replace("max_position_embeddings: 32", "max_position_embeddings: 256")
            .replace("separator: line", "separator: " + separator)
            .replace(
                "validation: 0.2", separator.equals("line") ? "validation: 0.2" : "validation: 0"));
    text(folder.resolve("text.txt"));
    Process run = small(recipe);
    String told = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(run.waitFor()).as(told).isZero();
    assertThat(Files.size(folder.resolve("run/tokens/training.tokens")))
        .isGreaterThan((separator.equals("line") ? 3 : 4) * 2L * (MEGABYTES << 20) / 4);
    assertThat(Files.readAllLines(folder.resolve("run/metrics.jsonl"))).hasSize(3);
  }

  /** Lines of a thousand letters, so that a token is two bytes on disk and was four in memory. */
  private static void text(Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (long written = 0; written < MEGABYTES << 20; written += 1024) {
        out.write("abcddcba".repeat(128), 0, 1023);
        out.write('\n');
      }
    }
  }

  private static Process small(Path recipe) throws IOException {
    return new ProcessBuilder(
            List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                TinyRun.class.getName(),
                recipe.toString()))
        .redirectErrorStream(true)
        .start();
  }
}
