package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.tensor.Autocast;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose products are in BF16. */
final class PrecisionTest {
  private static final String HALF = "precision=bf16";

  @Test
  void aNewModelLearnsAsWellAsInF32(@TempDir Path whole, @TempDir Path halved) throws IOException {
    List<Double> expected = losses(whole, TinyRun.recipe(whole, 40));
    List<Double> made = losses(halved, TinyRun.recipe(halved, 40), HALF);
    assertThat(made).isNotEqualTo(expected);
    assertThat(made.getLast()).isLessThan(made.getFirst() - 0.5);
    for (int i = 0; i < made.size(); i++) {
      assertThat(made.get(i)).as("step %d", i + 1).isCloseTo(expected.get(i), within(0.02));
    }
    assertThat(Autocast.isOn()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lora",
        "{name: dora, rank: 2}",
        "{name: qlora, rank: 2}",
        "ia3",
        "{name: prompt, tokens: 3}",
        "{name: prefix, tokens: 3}"
      })
  void adaptersLearnToo(String method, @TempDir Path base, @TempDir Path folder)
      throws IOException {
    Recipe first = Recipe.read(TinyRun.recipe(base, 4), List.of());
    Path model = Training.run(first, false, new Quiet());
    List<String> settings =
        List.of(
            "model=" + model,
            "method=" + method,
            "optimizer.lr=0.05",
            "optimizer.weight_decay=0",
            "batch=32",
            HALF);
    List<Double> made = losses(folder, TinyRun.recipe(folder, 12), settings.toArray(String[]::new));
    assertThat(made.getLast()).isLessThan(made.getFirst());
    assertThat(Autocast.isOn()).isFalse();
  }

  @Test
  void aProcessorThatIsSlowAtItIsNamedAsSuch() {
    assertThat(Estimate.slowHalves(1e9, 2e9)).isEmpty();
    assertThat(Estimate.slowHalves(3e9, 1e9).orElseThrow().english())
        .startsWith("This processor multiplies 3.0 times slower in bf16 than in f32");
  }

  private static List<Double> losses(Path folder, Path recipe, String... settings)
      throws IOException {
    Training.run(Recipe.read(recipe, List.of(settings)), false, new Quiet());
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("run/metrics.jsonl"))) {
      JsonNode node = new ObjectMapper().readTree(line);
      losses.add(node.get("loss").asDouble());
    }
    return losses;
  }
}
