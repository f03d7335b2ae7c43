package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.learn.GoldenTraining;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.model.spec.Parts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs of PyTorch and PEFT as recipes: the curve on disk and the files at the end are theirs. */
@Tag("golden")
final class RecipeGoldenTest {
  static List<Path> full() throws IOException {
    return GoldenTraining.runs("init");
  }

  static List<Path> adapters() throws IOException {
    return GoldenTraining.runs("adapter_init");
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("full")
  void aPlainRunIsARecipe(Path folder, @TempDir Path output) throws IOException {
    Path model = train(folder, folder.resolve("init"), "method: full", output);
    try (Checkpoint made = Checkpoint.open(model);
        Checkpoint expected = Checkpoint.open(folder.resolve("final"))) {
      for (String part : Parts.of(expected.spec()).keySet()) {
        assertThat(made.weights().floats(part))
            .as(part)
            .containsExactly(expected.weights().floats(part), offset(1e-4f));
      }
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("adapters")
  void aRunWithAnAdapterIsARecipe(Path folder, @TempDir Path output) throws IOException {
    String method = "method: {name: lora, adapter: '" + folder.resolve("adapter_init") + "'}";
    Path model = train(folder, folder.resolve("base"), method, output);
    try (SafetensorsFile made = SafetensorsFile.open(model);
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("adapter_final"))) {
      assertThat(made.tensors()).hasSameElementsAs(expected.tensors());
      for (var info : expected.tensors()) {
        assertThat(floats(made, info.name()))
            .as(info.name())
            .containsExactly(floats(expected, info.name()), offset(1e-4f));
      }
    }
  }

  private static float[] floats(SafetensorsFile file, String name) {
    var info = file.find(name).orElseThrow();
    byte[] bytes = new byte[(int) info.bytes()];
    MemorySegment all = MemorySegment.ofArray(bytes);
    file.read(info, 0, all);
    return all.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  private static Path train(Path folder, Path model, String method, Path output)
      throws IOException {
    JsonNode run = new ObjectMapper().readTree(folder.resolve("run.json").toFile());
    String recipe =
        """
        model: %s
        data: {format: batches, file: %s}
        %s
        optimizer: {lr: %s, betas: %s, eps: %s, weight_decay: %s}
        schedule: {name: cosine, warmup: %d, floor: 0.1}
        clip: %s
        accumulation: %d
        steps: %d
        output: %s
        """
            .formatted(
                model,
                folder.resolve("run.safetensors"),
                method,
                run.get("lr"),
                run.get("betas"),
                run.get("eps"),
                run.get("weight_decay"),
                run.get("warmup_steps").asInt(),
                run.get("clip_norm"),
                run.get("accumulation").asInt(),
                run.get("steps").asInt(),
                output.resolve("run"));
    Path file = Files.writeString(output.resolve("recipe.yaml"), recipe);
    Path made = Training.run(Recipe.read(file, List.of()), false, new Quiet());
    List<String> lines = Files.readAllLines(output.resolve("run/metrics.jsonl"));
    assertThat(lines).hasSize(run.get("steps").asInt());
    for (int i = 0; i < lines.size(); i++) {
      JsonNode line = new ObjectMapper().readTree(lines.get(i));
      assertThat(line.get("step").asInt()).isEqualTo(i + 1);
      same(line.get("loss"), run.get("losses").get(i), 0.1);
      same(line.get("grad_norm"), run.get("grad_norms").get(i), 0.1);
      same(line.get("lr"), run.get("lrs").get(i), 1e-6);
    }
    return made;
  }

  private static void same(JsonNode made, JsonNode expected, double percent) {
    assertThat(made.asDouble()).isCloseTo(expected.asDouble(), withinPercentage(percent));
  }
}
