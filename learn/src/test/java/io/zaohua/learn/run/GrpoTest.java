package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.reinforce.Example;
import io.zaohua.learn.reinforce.Reward;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that learn from rewards. */
final class GrpoTest {
  private static final int STEPS = 8;
  private static final Reward OFTEN_A =
      (prompt, answer, example) -> answer.chars().filter(c -> c == 'a').count();

  @TempDir static Path home;
  private static Path model = Path.of("");

  @BeforeAll
  static void aModel() throws IOException {
    model = Training.run(Recipe.read(TinyRun.recipe(home, 2), List.of()), false, new Quiet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16"})
  void aRunThatGoesOnEndsWithTheWeightsOfAnUnbrokenOne(
      String precision, @TempDir Path whole, @TempDir Path broken) throws IOException {
    Path expected = Grpo.run(recipe(whole, precision), examples(), OFTEN_A, false, new Quiet());
    Reward breaks = new Breaking();
    assertThatThrownBy(
            () -> Grpo.run(recipe(broken, precision), examples(), breaks, false, new Quiet()))
        .isInstanceOf(IllegalStateException.class);
    Path made = Grpo.run(recipe(broken, precision), examples(), OFTEN_A, true, new Quiet());
    assertThat(made.resolve("model.safetensors"))
        .hasSameBinaryContentAs(expected.resolve("model.safetensors"));
    List<String> lines = Files.readAllLines(whole.resolve("run/metrics.jsonl"));
    assertThat(Files.readAllLines(broken.resolve("run/metrics.jsonl"))).isEqualTo(lines);
    assertThat(reward(lines.getLast())).isGreaterThan(reward(lines.getFirst()));
  }

  private static double reward(String line) throws IOException {
    return new ObjectMapper().readTree(line).get("reward").asDouble();
  }

  private static List<Example> examples() {
    return List.of(new Example("b", ""), new Example("cd", ""), new Example("dc", ""));
  }

  private static Recipe recipe(Path folder, String precision) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            model: '%s'
            objective: {name: grpo, group: 8, length: 5}
            optimizer: {lr: 0.02, weight_decay: 0}
            schedule: constant
            precision: %s
            batch: 3
            steps: %d
            seed: 3
            checkpoints: {every: 2}
            output: '%s'
            """
                .formatted(model, precision, STEPS, folder.resolve("run")));
    return Recipe.read(file, List.of());
  }

  /** Fails in the sixth step, after the checkpoint of the fourth. */
  private static final class Breaking implements Reward {
    private int asked;

    @Override
    public double reward(String prompt, String answer, Example example) {
      if (asked++ == 5 * 24) {
        throw new IllegalStateException("the power went out");
      }
      return OFTEN_A.reward(prompt, answer, example);
    }
  }
}
