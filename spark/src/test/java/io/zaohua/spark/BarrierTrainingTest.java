package io.zaohua.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.safetensors.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Spark of its own JVM, local mode, whose barrier tasks train with the real launcher. */
@Tag("slow")
final class BarrierTrainingTest {
  private static final String LAUNCHER =
      Path.of(System.getProperty("zaohua.root"), "zaohua").toString();

  @Test
  void twoTasksGiveTheCurveAndTheWeightsOfOneProcess(@TempDir Path alone, @TempDir Path together)
      throws Exception {
    recipe(alone, 12);
    Process one = start(alone, List.of(LAUNCHER, "train", "recipe.yaml"));
    assertThat(end(one)).as(said(alone)).isZero();
    recipe(together, 12);
    assertThat(end(spark(together, "local[2]", 2))).as(said(together)).isZero();
    assertThat(said(together)).containsOnlyOnce("2 processes share every batch.");
    sameCurve(metrics(together), metrics(alone));
    sameWeights(
        together.resolve("run/model/model.safetensors"),
        alone.resolve("run/model/model.safetensors"));
  }

  @Test
  void aStageThatLosesAProcessStartsAgainAndGoesOn(@TempDir Path folder) throws Exception {
    recipe(folder, 400);
    Process spark = spark(folder, "local[2,2]", 2); // the second number: how often Spark tries
    assertThat(trainers(folder, spark).getLast().destroyForcibly()).isTrue();
    assertThat(end(spark)).as(said(folder)).isZero();
    assertThat(said(folder).split("2 processes share every batch.", -1)).hasSize(3);
    assertThat(metrics(folder).stream().map(l -> l.get("step").asInt()).toList())
        .hasSize(400)
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(folder.resolve("run/model/model.safetensors")).isNotEmptyFile();
  }

  @Test
  void processesEndWithAKilledExecutor(@TempDir Path folder) throws Exception {
    recipe(folder, 1_000_000);
    Process spark = spark(folder, "local[2]", 2);
    List<ProcessHandle> trainers = trainers(folder, spark);
    spark.destroyForcibly();
    for (ProcessHandle trainer : trainers) {
      assertThat(trainer.onExit().orTimeout(30, TimeUnit.SECONDS))
          .succeedsWithin(31, TimeUnit.SECONDS);
    }
  }

  @Test
  void aCommandThatFailsFailsTheJob(@TempDir Path folder) throws Exception {
    assertThat(end(spark(folder, "local[2]", 2))).isNotZero();
    assertThat(said(folder)).contains("of 2 ended with code 1", "recipe.yaml");
  }

  @Test
  void wrongUseIsOneSentence(@TempDir Path folder) throws Exception {
    assertThat(end(spark(folder, "local[2]", 0))).isEqualTo(2);
    assertThat(said(folder).lines().toList()).last().asString().startsWith("A number of tasks");
  }

  /** Submits the recipe's run as spark-submit would. */
  private static Process spark(Path folder, String master, int tasks) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Collections.addAll(line, JavaModuleOptions.defaultModuleOptionArray());
    line.addAll(
        List.of(
            "-Xmx512m",
            "-Dspark.master=" + master,
            "-Dspark.driver.host=127.0.0.1",
            "-Dspark.driver.bindAddress=127.0.0.1",
            "-Dspark.ui.enabled=false",
            "-Dspark.local.dir=" + folder.resolve("spark")));
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.addAll(List.of(BarrierTraining.class.getName(), Integer.toString(tasks)));
    line.addAll(List.of(LAUNCHER, "train", "recipe.yaml", "--resume"));
    return start(folder, line);
  }

  private static Process start(Path folder, List<String> line) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
    builder.environment().put("ZAOHUA_LANG", "en");
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile());
    return builder.start();
  }

  private static int end(Process process) throws InterruptedException {
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("it did not end");
    }
    return process.exitValue();
  }

  private static String said(Path folder) throws IOException {
    return Files.readString(folder.resolve("said"));
  }

  /** The processes that train, once they have written a checkpoint. */
  private static List<ProcessHandle> trainers(Path folder, Process spark) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (!Files.exists(folder.resolve("run/checkpoints/step-00000020"))
        && spark.isAlive()
        && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    List<ProcessHandle> trainers = spark.children().toList();
    assertThat(trainers).as(said(folder)).hasSize(2);
    return trainers;
  }

  private static List<JsonNode> metrics(Path folder) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("run/metrics.jsonl"))) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  private static void sameCurve(List<JsonNode> made, List<JsonNode> expected) {
    assertThat(made).hasSameSizeAs(expected).hasSize(12);
    for (int i = 0; i < made.size(); i++) {
      for (String name : List.of("loss", "grad_norm", "validation_loss", "tokens")) {
        assertThat(made.get(i).has(name)).isEqualTo(expected.get(i).has(name));
        assertThat(made.get(i).path(name).asDouble())
            .as("%s of step %d", name, i + 1)
            .isCloseTo(expected.get(i).path(name).asDouble(), offset(1e-5));
      }
    }
  }

  private static void sameWeights(Path made, Path expected) {
    try (Arena arena = Arena.ofConfined();
        SafetensorsFile here = SafetensorsFile.open(made);
        SafetensorsFile there = SafetensorsFile.open(expected)) {
      assertThat(here.tensors()).containsExactlyElementsOf(there.tensors()).isNotEmpty();
      for (TensorInfo tensor : there.tensors()) {
        assertThat(floats(arena, here, tensor))
            .as(tensor.name())
            .containsExactly(floats(arena, there, tensor), offset(1e-5f));
      }
    }
  }

  private static float[] floats(Arena arena, SafetensorsFile file, TensorInfo tensor) {
    MemorySegment bytes = arena.allocate(tensor.elements() * Float.BYTES, Float.BYTES);
    file.read(tensor, 0, bytes);
    return bytes.toArray(ValueLayout.JAVA_FLOAT);
  }

  private static void recipe(Path folder, int steps) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      text.append("abcd".repeat(1 + i % 5)).append(i % 2 == 0 ? "ba" : "dc").append('\n');
    }
    Files.writeString(folder.resolve("text.txt"), text);
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null,
         "post_processor": null, "decoder": null,
         "model": {"type": "BPE", "unk_token": "?", "byte_fallback": false, "merges": [],
                   "vocab": {"?": 0, "a": 1, "b": 2, "c": 3, "d": 4}}}
        """);
    Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model:
          config: {hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2,
                   num_attention_heads: 2, max_position_embeddings: 32}
          tokenizer: tokenizer.json
        data: {file: text.txt, separator: line, length: 16, packing: whole, validation: 0.2}
        optimizer: {lr: 0.01}
        batch: 4
        accumulation: 2
        clip: 0.5
        steps: %d
        evaluation: {every: 5}
        checkpoints: {every: 20, last: 2}
        processes: {shard_optimizer: true}
        output: '%s'
        """
            .formatted(steps, folder.resolve("run")));
  }
}
