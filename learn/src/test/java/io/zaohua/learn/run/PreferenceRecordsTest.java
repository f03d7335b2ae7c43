package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Preferences in data files. */
final class PreferenceRecordsTest {
  @TempDir static Path home;
  private static Path model = Path.of("");

  @BeforeAll
  static void aModelAndPreferences() throws IOException {
    model = Training.run(Recipe.read(TinyRun.recipe(home, 2), List.of()), false, new Quiet());
    Files.writeString(
        home.resolve("pairs.jsonl"),
        """
        {"prompt": "ab", "chosen": "cc", "rejected": "da"}
        {"prompt": "ba", "chosen": "ccd", "rejected": "dad"}
        {"prompt": "a", "chosen": "c", "rejected": "d"}
        """);
    Files.writeString(
        home.resolve("judged.jsonl"),
        """
        {"prompt": "ab", "completion": "cc", "label": true}
        {"prompt": "ba", "completion": "dad", "label": false}
        {"prompt": "a", "completion": "c", "label": true}
        """);
  }

  @ParameterizedTest
  @CsvSource({"dpo, pairs", "orpo, pairs", "reward, pairs", "kto, judged"})
  void theyAreLearned(String objective, String data, @TempDir Path folder) throws IOException {
    train(folder, objective, data + ".jsonl");
    List<String> lines = Files.readAllLines(folder.resolve("run/metrics.jsonl"));
    JsonNode first = new ObjectMapper().readTree(lines.getFirst());
    JsonNode last = new ObjectMapper().readTree(lines.getLast());
    assertThat(last.get("loss").asDouble()).isLessThan(first.get("loss").asDouble());
    assertThat(last.get("reward_margin").asDouble()).isPositive();
  }

  @Test
  void plainTextIsRefused(@TempDir Path folder) {
    assertThatThrownBy(() -> train(folder, "dpo", "text.txt"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("compares answers");
  }

  private static void train(Path folder, String objective, String data) throws IOException {
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            model: '%s'
            data: {file: '%s', length: 16}
            objective: %s
            method: {name: lora, rank: 4}
            optimizer: {lr: 0.02, weight_decay: 0}
            schedule: constant
            batch: 3
            steps: 30
            output: '%s'
            """
                .formatted(model, home.resolve(data), objective, folder.resolve("run")));
    Training.run(Recipe.read(recipe, List.of()), false, new Quiet());
  }
}
