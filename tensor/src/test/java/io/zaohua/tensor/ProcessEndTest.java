package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
final class ProcessEndTest {
  private static final int TERMINATED = 128 + 15;

  @Test
  void aProcessThatIsStoppedWhileItComputesEndsInOrder(@TempDir Path folder) throws Exception {
    for (int i = 0; i < 3; i++) {
      Process process =
          new ProcessBuilder(
                  List.of(
                      System.getProperty("java.home") + File.separator + "bin/java",
                      "--enable-native-access=ALL-UNNAMED",
                      "-cp",
                      System.getProperty("java.class.path"),
                      Computing.class.getName()))
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      assertThat(process.inputReader().readLine()).isEqualTo("computing");
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(TERMINATED);
    }
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty(); // no report of a crash
    }
  }
}
