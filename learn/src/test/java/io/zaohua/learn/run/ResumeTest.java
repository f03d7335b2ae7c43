package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.UserError;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ResumeTest {
  private static final int STEPS = 9;

  @Test
  void aRunThatGoesOnEndsWithTheWeightsOfAnUnbrokenOne(@TempDir Path whole, @TempDir Path broken)
      throws IOException {
    Path expected = train(whole, false);
    assertThatThrownBy(
            () ->
                Training.run(
                    Recipe.read(TinyRun.recipe(broken, STEPS), List.of()), false, new Breaks()))
        .isInstanceOf(IllegalStateException.class);
    Path made = train(broken, true);
    assertThat(made.resolve("model.safetensors"))
        .hasSameBinaryContentAs(expected.resolve("model.safetensors"));
    assertThat(broken.resolve("run/metrics.jsonl"))
        .hasSameTextualContentAs(whole.resolve("run/metrics.jsonl"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "optimizer={name: muon, lr: 0.01}",
        "optimizer={name: adafactor}",
        "ema.decay=0.9",
        "precision=bf16"
      })
  void whateverARunRemembersIsRestored(String setting, @TempDir Path whole, @TempDir Path broken)
      throws IOException {
    Path expected = train(whole, false, setting);
    Recipe recipe = Recipe.read(TinyRun.recipe(broken, STEPS), List.of(setting));
    assertThatThrownBy(() -> Training.run(recipe, false, new Breaks()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(train(broken, true, setting).resolve("model.safetensors"))
        .hasSameBinaryContentAs(expected.resolve("model.safetensors"));
    assertThat(broken.resolve("run/metrics.jsonl"))
        .hasSameTextualContentAs(whole.resolve("run/metrics.jsonl"));
  }

  @Test
  void anAverageIsWhatIsWritten(@TempDir Path folder, @TempDir Path plain) throws IOException {
    Path model = train(folder, false, "ema.decay=0.9");
    assertThat(
            Files.mismatch(
                model.resolve("model.safetensors"),
                train(plain, false).resolve("model.safetensors")))
        .isPositive();
    assertThat(Files.readAllLines(folder.resolve("run/metrics.jsonl")).getFirst())
        .isEqualTo(Files.readAllLines(plain.resolve("run/metrics.jsonl")).getFirst());
  }

  @Test
  void aFolderWithARunIsNotTrainedOverInSilence(@TempDir Path folder) throws IOException {
    train(folder, false);
    assertThatThrownBy(() -> train(folder, false))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("holds a run already, at step 9");
  }

  @Test
  void onlyTheNewestCheckpointsStay(@TempDir Path folder) throws IOException {
    train(folder, false);
    try (var checkpoints = Files.list(folder.resolve("run/checkpoints"))) {
      assertThat(checkpoints.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("step-00000008", "step-00000009");
    }
  }

  @Test
  @Tag("slow")
  void aKilledProcessGoesOnBitForBit(@TempDir Path whole, @TempDir Path killed) throws Exception {
    int steps = 60;
    process(TinyRun.recipe(whole, steps), false).waitFor();
    Process victim = process(TinyRun.recipe(killed, steps), false);
    Path checkpoint = killed.resolve("run/checkpoints/step-00000006");
    while (!Files.exists(checkpoint) && victim.isAlive()) {
      Thread.sleep(5);
    }
    victim.destroyForcibly().waitFor();
    assertThat(killed.resolve("run/model")).doesNotExist();
    assertThat(process(TinyRun.recipe(killed, steps), true).waitFor()).isZero();
    assertThat(killed.resolve("run/model/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("run/model/model.safetensors"));
  }

  /** Records too: the tokens in the run's folder stay, and so does the place in them. */
  @ParameterizedTest
  @ValueSource(strings = {"chat", "completion"})
  @Tag("slow")
  void aKilledProcessThatLearnsRecordsGoesOnBitForBit(
      String format, @TempDir Path whole, @TempDir Path killed) throws Exception {
    int steps = 60;
    process(RecordRun.recipe(whole, format, steps), false).waitFor();
    Path recipe = RecordRun.recipe(killed, format, steps);
    Process victim = process(recipe, false);
    Path checkpoint = killed.resolve("run/checkpoints/step-00000006");
    while (!Files.exists(checkpoint) && victim.isAlive()) {
      Thread.sleep(5);
    }
    victim.destroyForcibly().waitFor();
    assertThat(killed.resolve("run/model")).doesNotExist();
    Path tokens = killed.resolve("run/tokens/training.tokens");
    var written = Files.getLastModifiedTime(tokens);
    assertThat(process(recipe, true).waitFor()).isZero();
    assertThat(killed.resolve("run/model/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("run/model/model.safetensors"));
    assertThat(killed.resolve("run/metrics.jsonl"))
        .hasSameTextualContentAs(whole.resolve("run/metrics.jsonl"));
    assertThat(Files.getLastModifiedTime(tokens)).isEqualTo(written);
  }

  /** A file may have no more than 8 KiB, and a checkpoint needs more: as if the disk were full. */
  @Test
  @Tag("slow")
  void aDiskWithoutRoomKeepsTheLastCheckpoint(@TempDir Path whole, @TempDir Path broken)
      throws Exception {
    Path expected = train(whole, false, "schedule=constant");
    train(broken, false, "schedule=constant", "steps=4");
    Path recipe = TinyRun.recipe(broken, STEPS);
    Files.writeString(recipe, "schedule: constant\n", StandardOpenOption.APPEND);
    List<String> command = new java.util.ArrayList<>(List.of("bash", "-c"));
    command.add("ulimit -f 8; exec \"$@\"");
    command.add("bash");
    command.addAll(command(recipe, true));
    Process limited = new ProcessBuilder(command).redirectErrorStream(true).start();
    String told = new String(limited.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(limited.waitFor()).isNotZero();
    assertThat(told).contains("UserError").contains("step-00000006");
    assertThat(broken.resolve("run/checkpoints/step-00000004/state.safetensors")).exists();
    assertThat(broken.resolve("run/checkpoints/step-00000006")).doesNotExist();
    assertThat(train(broken, true, "schedule=constant").resolve("model.safetensors"))
        .hasSameBinaryContentAs(expected.resolve("model.safetensors"));
  }

  /** As if the disk were full while the text is encoded. */
  @Test
  @Tag("slow")
  void aDiskWithoutRoomForTokensIsOneSentenceAndLeavesNothing(@TempDir Path folder)
      throws Exception {
    Path recipe = TinyRun.recipe(folder, 2);
    Files.writeString(folder.resolve("text.txt"), "abcd\n".repeat(2000));
    List<String> command = new java.util.ArrayList<>(List.of("bash", "-c"));
    command.add("ulimit -f 8; exec \"$@\"");
    command.add("bash");
    command.addAll(command(recipe, false));
    Process limited = new ProcessBuilder(command).redirectErrorStream(true).start();
    String told = new String(limited.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(limited.waitFor()).isNotZero();
    assertThat(told).contains("UserError").contains("training.tokens cannot be written");
    try (var left = Files.list(folder.resolve("run/tokens"))) {
      assertThat(left).containsExactly(folder.resolve("run/tokens/.lock"));
    }
  }

  private static Path train(Path folder, boolean resume, String... settings) throws IOException {
    Recipe recipe = Recipe.read(TinyRun.recipe(folder, STEPS), List.of(settings));
    return Training.run(recipe, resume, new Quiet());
  }

  private static Process process(Path recipe, boolean resume) throws IOException {
    return new ProcessBuilder(command(recipe, resume)).inheritIO().start();
  }

  private static List<String> command(Path recipe, boolean resume) {
    var command =
        new java.util.ArrayList<>(
            List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                TinyRun.class.getName(),
                recipe.toString()));
    if (resume) {
      command.add("--resume");
    }
    return command;
  }

  /** Fails after step 5, between two checkpoints. */
  private static final class Breaks implements TrainingListener {
    @Override
    public void note(io.zaohua.model.Message message) {}

    @Override
    public void progress(Progress progress) {
      if (progress.step() == 5) {
        throw new IllegalStateException("the power went out");
      }
    }
  }
}
