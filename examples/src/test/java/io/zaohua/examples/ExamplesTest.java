package io.zaohua.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every example runs in a process of its own, on the real checkpoint it names itself. */
@Tag("slow")
final class ExamplesTest {
  @ParameterizedTest
  @CsvSource({
    "GenerateText, Paris",
    "ChatOnce, tokens]",
    "Similarity, A kitten is napping",
    "OwnSampler, a"
  })
  void itEndsWellAndSaysWhatItShould(String example, String said) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-Dstdout.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                "io.zaohua.examples." + example)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(out).contains(said);
  }
}
