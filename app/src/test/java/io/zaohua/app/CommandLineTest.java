package io.zaohua.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.app.command.Command;
import io.zaohua.app.command.Commands;
import io.zaohua.app.terminal.Console;
import io.zaohua.learn.chat.TrainOn;
import io.zaohua.learn.rows.RowFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every command has in common: help, exit codes, clean standard output. */
final class CommandLineTest {
  static Stream<String> names() {
    return Commands.all().stream().map(Command::name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void helpGoesToStandardOutputAndEndsWithZero(String name) {
    Run run = Run.of(name, "--help");

    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).startsWith("Usage: zaohua " + name).contains("130");
  }

  @Test
  void aWordWhereANumberBelongsIsNamed() {
    Run run = Run.of("generate", "-m", "x", "-n", "many", "prompt");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--tokens is \"many\", a whole number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"generate", "tokenize"})
  void aMissingTextSaysHowToPipeOneIn(String name) {
    Run run = Run.of(name, "-m", "x");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("or - to read standard input").doesNotContain("\n\n");
    assertThat(Run.of("show").err()).contains("MODEL").doesNotContain("standard input");
  }

  /** A name or an ending that is copied out of the help must not be cut where its line ends. */
  @ParameterizedTest
  @MethodSource("names")
  void noNameIsBrokenBetweenTheHelpsLines(String name) {
    String help = Run.of(name, "--help").out() + Run.of("--help").out();

    assertThat(help.lines().map(String::strip))
        .noneMatch(line -> line.matches(".*(hf:|modelscope:| \\.)"));
  }

  @Test
  void dataHelpNamesEveryFormatAsRecipesWriteIt() {
    String help = Run.of("data", "--help").out().replaceAll("\\s+", " ");

    for (RowFormat format : RowFormat.values()) {
      assertThat(help).contains(format.name().toLowerCase(Locale.ROOT));
    }
    for (TrainOn part : TrainOn.values()) {
      assertThat(help).contains(part.name().toLowerCase(Locale.ROOT));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-p -1",
        "-n 2147483647 --depth 2147483647",
        "-r 2147483647",
        "--batch 2147483647"
      })
  void countsThatCannotBeMeasuredAreWrongUse(String counts) {
    Run run = Run.of(("bench -m x " + counts).split(" "));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
  }

  /** Lines, a terminal's commands and megabytes out of a file stay out of the sentence. */
  @Test
  void whatAFileSaysMakesOneLine(@TempDir Path folder) throws IOException {
    String name = "a\\n\\u001b[2J" + "b".repeat(1 << 20);
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"" + name + "\"}");

    Run run = Run.of("generate", "-m", folder.toString(), "x");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).doesNotContain("\u001b").hasSizeLessThan(3000);
  }

  @Test
  void aWordThatIsNoneOfSeveralNamesThem() {
    Run run = Run.of("export", "run", "--to", "onnx");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("--to is \"onnx\", one of gguf, safetensors, peft was expected.");
  }

  @Test
  void anOptionGivenTwiceIsNamed() {
    Run run = Run.of("generate", "-m", "x", "-n", "1", "-n", "2", "prompt");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--tokens is given more than once");
  }

  @ParameterizedTest
  @MethodSource("names")
  void anUnknownOptionIsWrongUseInOneLine(String name) {
    Run run = Run.of(name, "--no-such-option");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void anUnknownCommandNamesTheNearest() {
    Run run = Run.of("complition");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("did you mean completion");
  }

  @Test
  void nothingAskedIsWrongUseAndShowsTheHelp() {
    Run run = Run.of();

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("Usage:");
  }

  @Test
  void theVersionIsTheReactorsVersion() {
    assertThat(Run.of("--version").out()).matches("zaohua \\d+\\.\\d+\\.\\d+\n");
  }

  @ParameterizedTest
  @MethodSource("names")
  void bashCompletesEveryCommand(String name) {
    assertThat(Run.of("completion", "bash").out()).contains(name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void fishCompletesEveryCommand(String name) {
    assertThat(Run.of("completion", "fish").out()).contains("-a " + name);
  }

  @Test
  void aReaderThatLeavesIsNoFailure() {
    assertThat(runInto("Broken pipe")).isZero();
  }

  @Test
  void aFullDiskIsAFailure() {
    assertThat(runInto("No space left on device")).isEqualTo(1);
  }

  private static int runInto(String failure) {
    var broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(failure);
          }
        };
    var err = new PrintStream(OutputStream.nullOutputStream());
    return Main.run(new Console(InputStream.nullInputStream(), broken, err, false), "--version");
  }
}
