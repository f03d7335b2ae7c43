package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters of the smaller kinds learn, and their files have PEFT's names and shapes. */
final class PeftMethodsTest {
  @TempDir static Path home;
  private static Path model = Path.of("");

  @BeforeAll
  static void aModel() throws IOException {
    model = Training.run(Recipe.read(TinyRun.recipe(home, 4), List.of()), false, new Quiet());
  }

  @ParameterizedTest
  @CsvSource({
    "ia3, IA3, base_model.model.model.layers.0.self_attn.k_proj.ia3_l, 16 x 1",
    "ia3, IA3, base_model.model.model.layers.0.mlp.down_proj.ia3_l, 1 x 24",
    "'{name: prompt, tokens: 3}', PROMPT_TUNING, prompt_embeddings, 3 x 16",
    "'{name: prefix, tokens: 3}', PREFIX_TUNING, prompt_embeddings, 3 x 32",
    "'{name: qlora, rank: 2}', LORA, base_model.model.model.layers.0.mlp.down_proj.lora_A.weight, 2 x 24"
  })
  void itLearnsAndIsSaved(
      String method, String kind, String tensor, String shape, @TempDir Path folder)
      throws IOException {
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            model: '%s'
            data: {file: '%s', separator: line, length: 16, packing: whole}
            method: %s
            optimizer: {lr: 0.05, weight_decay: 0}
            schedule: constant
            batch: 40
            steps: 12
            output: '%s'
            """
                .formatted(model, home.resolve("text.txt"), method, folder.resolve("run")));
    Path made = Training.run(Recipe.read(recipe, List.of()), false, new Quiet());
    List<String> lines = Files.readAllLines(folder.resolve("run/metrics.jsonl"));
    double first = new ObjectMapper().readTree(lines.getFirst()).get("loss").asDouble();
    double last = new ObjectMapper().readTree(lines.getLast()).get("loss").asDouble();
    assertThat(last).isLessThan(first);
    JsonNode config = new ObjectMapper().readTree(made.resolve("adapter_config.json").toFile());
    assertThat(config.get("peft_type").asText()).isEqualTo(kind);
    try (SafetensorsFile file = SafetensorsFile.open(made)) {
      var found = file.find(tensor).orElseThrow().shape();
      assertThat(found.get(0) + " x " + found.get(1)).isEqualTo(shape);
    }
  }
}
