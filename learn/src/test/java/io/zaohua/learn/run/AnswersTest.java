package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.learn.preference.RewardModel;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.model.safetensors.SafetensorsWriter;
import io.zaohua.tensor.Scope;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that learn from answers compared or judged, on ready batches. */
final class AnswersTest {
  private static final int STEPS = 25;

  @TempDir static Path home;
  private static Path model = Path.of("");

  @BeforeAll
  static void aModelAndAnswersToPromptsOfTwoTokens() throws IOException {
    Path start = Files.createDirectories(home.resolve("start"));
    model = Training.run(Recipe.read(TinyRun.recipe(start, 2), List.of()), false, new Quiet());
    long[] good = {1, 2, 3, 3, 0, 2, 1, 3, 3, 4};
    long[] bad = {1, 2, 4, 1, 0, 2, 1, 4, 1, 4};
    long[] labels = {-100, -100, 3, 3, -100, -100, -100, 3, 3, 4};
    long[] mask = {1, 1, 1, 1, 0, 1, 1, 1, 1, 1};
    long[] badLabels = {-100, -100, 4, 1, -100, -100, -100, 4, 1, 4};
    Map<String, long[]> pairs = new LinkedHashMap<>();
    pairs.put("chosen_input_ids", good);
    pairs.put("chosen_labels", labels);
    pairs.put("chosen_attention_mask", mask);
    pairs.put("rejected_input_ids", bad);
    pairs.put("rejected_labels", badLabels);
    pairs.put("rejected_attention_mask", mask);
    write(home.resolve("pairs.safetensors"), pairs, Map.of(), 2);
    Map<String, long[]> judged = new LinkedHashMap<>();
    judged.put("input_ids", joined(good, bad));
    judged.put("labels", joined(labels, badLabels));
    judged.put("attention_mask", joined(mask, mask));
    write(
        home.resolve("judged.safetensors"),
        judged,
        Map.of("desirable", new long[] {1, 1, 0, 0}),
        4);
  }

  private static long[] joined(long[] a, long[] b) {
    return java.util.stream.LongStream.concat(
            java.util.stream.LongStream.of(a), java.util.stream.LongStream.of(b))
        .toArray();
  }

  /** One batch: all rows [1, rows, length], and the others [1, rows]. */
  private static void write(
      Path file, Map<String, long[]> rows, Map<String, long[]> flat, int count) {
    Map<String, long[]> all = new LinkedHashMap<>(rows);
    all.putAll(flat);
    var infos =
        all.entrySet().stream()
            .map(
                e ->
                    new TensorInfo(
                        e.getKey(),
                        TensorType.I64,
                        flat.containsKey(e.getKey())
                            ? List.of(1L, (long) count)
                            : List.of(1L, (long) count, (long) e.getValue().length / count)))
            .toList();
    new SafetensorsWriter(Map.of(), infos)
        .write(
            file,
            (info, sink) -> {
              try (Arena arena = Arena.ofConfined()) {
                long[] values = all.get(info.name());
                sink.accept(arena.allocateFrom(ValueLayout.JAVA_LONG, values));
              }
            });
  }

  @ParameterizedTest
  @CsvSource({
    "dpo, full, 0.6931",
    "dpo, lora, 0.6931",
    "dpo_hinge, full, 1",
    "ipo, lora, 25",
    "simpo, full, 0",
    "orpo, lora, 0",
    "kto, full, 0.5",
    "kto, lora, 0.5"
  })
  void theModelComesToPreferWhatWasChosen(
      String objective, String method, double first, @TempDir Path folder) throws IOException {
    String data = objective.equals("kto") ? "judged" : "pairs";
    train(folder, objective, method, data);
    List<JsonNode> curve = curve(folder);
    if (first != 0) { // before the first step the model is its own reference
      assertThat(curve.getFirst().get("loss").asDouble()).isCloseTo(first, within(1e-3));
      assertThat(curve.getFirst().get("reward_margin").asDouble()).isCloseTo(0, within(1e-6));
    }
    assertThat(curve.getLast().get("loss").asDouble())
        .isLessThan(curve.getFirst().get("loss").asDouble());
    assertThat(curve.getLast().get("reward_margin").asDouble()).isPositive();
    assertThat(curve.getLast().get("reward_accuracy").asDouble()).isEqualTo(1);
  }

  @Test
  void aRewardModelIsSavedAsTransformersNamesItAndReadAgain(@TempDir Path folder)
      throws IOException {
    Path made = train(folder, "reward", "full", "pairs");
    assertThat(curve(folder).getLast().get("reward_accuracy").asDouble()).isEqualTo(1);
    JsonNode config = new ObjectMapper().readTree(made.resolve("config.json").toFile());
    assertThat(config.get("architectures").get(0).asText())
        .isEqualTo("LlamaForSequenceClassification");
    assertThat(config.get("id2label")).hasSize(1);
    try (SafetensorsFile file = SafetensorsFile.open(made);
        Scope _ = Scope.open("reward model")) {
      assertThat(file.find("lm_head.weight")).isEmpty();
      RewardModel reward = RewardModel.open(made);
      double margin = reward.score(1, 2, 3, 3) - reward.score(1, 2, 4, 1);
      double other = reward.score(2, 1, 3, 3, 4) - reward.score(2, 1, 4, 1, 4);
      double last = curve(folder).getLast().get("reward_margin").asDouble();
      assertThat((margin + other) / 2).isGreaterThan(last); // one step more
    }
  }

  @ParameterizedTest
  @CsvSource({
    "lora, base_model.model.score.weight",
    "ia3, base_model.model.score.weight",
    "'{name: prompt, tokens: 2}', base_model.score.weight",
    "'{name: prefix, tokens: 2}', base_model.score.weight"
  })
  void aRewardModelsAdapterHoldsItsHeadWherePeftLooksForIt(
      String method, String head, @TempDir Path folder) throws IOException {
    Path made = train(folder, "reward", method, "pairs");
    JsonNode config = new ObjectMapper().readTree(made.resolve("adapter_config.json").toFile());
    assertThat(config.get("task_type").asText()).isEqualTo("SEQ_CLS");
    assertThat(config.get("modules_to_save").get(0).asText()).isEqualTo("score");
    try (SafetensorsFile file = SafetensorsFile.open(made)) {
      assertThat(file.find(head).orElseThrow().shape()).containsExactly(1L, 16L);
    }
  }

  @Test
  void aModelItselfIsNoRewardModel() {
    try (Scope _ = Scope.open("reward model")) {
      assertThatThrownBy(() -> RewardModel.open(model))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("no reward model");
    }
  }

  @Test
  void batchesOfAnotherKindAreRefused(@TempDir Path folder) {
    assertThatThrownBy(() -> train(folder, "kto", "full", "pairs"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no input_ids");
  }

  private static Path train(Path folder, String objective, String method, String data)
      throws IOException {
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            model: '%s'
            data: {format: batches, file: '%s'}
            objective: %s
            method: %s
            optimizer: {lr: 0.01, weight_decay: 0}
            schedule: constant
            steps: %d
            output: '%s'
            """
                .formatted(
                    model,
                    home.resolve(data + ".safetensors"),
                    objective,
                    method,
                    STEPS,
                    folder.resolve("run")));
    return Training.run(Recipe.read(recipe, List.of()), false, new Quiet());
  }

  private static List<JsonNode> curve(Path folder) throws IOException {
    List<JsonNode> curve = new java.util.ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("run/metrics.jsonl"))) {
      curve.add(new ObjectMapper().readTree(line));
    }
    return curve;
  }
}
