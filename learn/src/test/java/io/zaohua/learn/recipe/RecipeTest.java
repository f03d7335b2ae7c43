package io.zaohua.learn.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.learn.optimize.AdamW;
import io.zaohua.learn.optimize.Muon;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecipeTest {
  @TempDir Path folder;

  private Recipe read(String more, String... overrides) throws IOException {
    Files.writeString(folder.resolve("text.txt"), "text");
    Files.createDirectories(folder.resolve("base"));
    Path file =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            "model: base\ndata: {file: text.txt}\noutput: out\n" + more);
    return Recipe.read(file, List.of(overrides));
  }

  @ParameterizedTest
  @CsvSource({
    "'stesp: 3', stesp, steps",
    "'optimizer: {lrr: 3}', optimizer.lrr, lr",
    "'checkpoints: {evry: 3}', checkpoints.evry, every"
  })
  void anUnknownKeyIsNamedWithTheNearestKnownOne(String line, String key, String near) {
    assertThatThrownBy(() -> read(line))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("unknown key " + key + "; the nearest known one is " + near + ".");
  }

  @Test
  void overridesWinAndMakeSections() throws IOException {
    Recipe recipe = read("steps: 3", "steps=5", "optimizer.betas=[0.5, 0.6]");
    assertThat(recipe.pace().steps()).contains(5);
    assertThat(recipe.optimizer().rule()).isEqualTo(new AdamW(0.5, 0.6, 1e-8, 0.1));
  }

  @ParameterizedTest
  @CsvSource({
    "'{name: sgd, betas: [0.9, 0.9]}', 'sgd, and optimizer.betas is a key of adamw, lion.'",
    "'{name: adamw, ns_steps: 5}', 'adamw, and optimizer.ns_steps is a key of muon.'"
  })
  void aKeyOfAnotherOptimizerIsNamedWithItsOwner(String optimizer, String told) {
    assertThatThrownBy(() -> read("optimizer: " + optimizer)).hasMessageContaining(told);
  }

  @Test
  void muonsOtherWeightsHaveARateOfTheirOwn() throws IOException {
    var muon =
        (Muon) read("optimizer: {name: muon, lr: 0.04, adamw: {lr: 0.01}}").optimizer().rule();
    assertThat(muon.othersRate()).isEqualTo(0.25);
  }

  @Test
  void aWrongValueIsOneSentence() {
    assertThatThrownBy(() -> read("batch: many"))
        .hasMessageContaining("gives batch: many, a whole number from 1 on was expected.");
  }

  @ParameterizedTest
  @CsvSource({
    "steps=18446744073709551618, a whole number",
    "steps=.inf, a whole number",
    "seed=.inf, a whole number",
    "seed=1e300, a whole number",
    "'optimizer.betas=[.nan, 0.9]', a list of numbers",
    "'samples.prompts=[ab, null]', a list of texts",
    "'data.files={a: b}', a list of texts",
    "'output=\"a\\0b\"', no file can be called",
    "'output=\" \"', no file can be called",
    "'data.file=\"a\\0b\"', no file can be called",
    "'model=\"\"', no file can be called",
    "'model=[a]', a word",
    "data.file=., which is a folder",
    "data.file=/dev/null, a pipe or a device"
  })
  void whatNoRunCouldMeanIsRefused(String override, String told) {
    assertThatThrownBy(() -> read("", override))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(told);
  }

  @Test
  void aRecipeWithoutEndIsNotReadToIt() {
    assertThatThrownBy(() -> Recipe.read(Path.of("/dev/zero"), List.of()))
        .hasMessageContaining("more than");
  }

  @Test
  void aPrecisionThatIsUnknownIsNamed() throws IOException {
    assertThat(read("precision: bf16").precision()).isEqualTo(Recipe.Precision.BF16);
    assertThat(read("").precision()).isEqualTo(Recipe.Precision.F32);
    assertThatThrownBy(() -> read("precision: fp16"))
        .hasMessageContaining("gives precision: fp16 (bf16?), and one of f32, bf16 was expected.");
  }

  @Test
  void brokenYamlNamesItsLine() {
    assertThatThrownBy(() -> read("steps: 1: 2")).hasMessageContaining("is not YAML at line 4");
  }

  @Test
  void stepsAndEpochsExcludeEachOther() {
    assertThatThrownBy(() -> read("steps: 1\nepochs: 1")).hasMessageContaining("both");
  }

  @Test
  void sharesOfTheRunAreCountedInSteps() {
    var rates = new Recipe.Rates("wsd", 0.1, 0, 0.2);
    var schedule = rates.over(100, 1);
    assertThat(schedule.rate(0)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.rate(79)).isEqualTo(1);
    assertThat(schedule.rate(90)).isCloseTo(0.5, within(1e-12));
  }
}
