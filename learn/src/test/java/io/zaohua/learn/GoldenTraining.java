package io.zaohua.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.learn.optimize.AdamW;
import io.zaohua.learn.optimize.Clip;
import io.zaohua.learn.optimize.Optimizer;
import io.zaohua.learn.optimize.Schedule;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Training runs of PyTorch, gone through again. */
public final class GoldenTraining {
  private GoldenTraining() {}

  /** The runs whose folder holds another of that name: {@code init} or {@code adapter_init}. */
  public static List<Path> runs(String start) throws IOException {
    String given = System.getProperty("goldens", "");
    Path all = given.isBlank() ? Path.of("src/test/resources/goldens") : Path.of(given);
    Path training = all.resolve("training");
    if (!Files.isDirectory(training)) {
      System.out.println("no goldens in " + training);
      return List.of();
    }
    try (var folders = Files.list(training)) {
      return folders.filter(f -> Files.isDirectory(f.resolve(start))).sorted().toList();
    }
  }

  /** All steps of the run; losses, gradient norms and learning rates must be those of PyTorch. */
  public static void replay(Path folder, Transformer model, Map<String, Tensor> weights)
      throws IOException {
    JsonNode run = new ObjectMapper().readTree(folder.resolve("run.json").toFile());
    int steps = run.get("steps").asInt();
    int warmup = run.get("warmup_steps").asInt();
    double peak = run.get("lr").asDouble();
    Schedule schedule = Schedule.cosine(peak, 0.1 * peak, steps - warmup).warmedUp(warmup, peak);
    var rule =
        new AdamW(
            run.get("betas").get(0).asDouble(),
            run.get("betas").get(1).asDouble(),
            run.get("eps").asDouble(),
            run.get("weight_decay").asDouble());
    Optimizer optimizer = new Optimizer(rule, weights);
    int accumulation = run.get("accumulation").asInt();
    try (SafetensorsFile batches = SafetensorsFile.open(folder.resolve("run.safetensors"))) {
      for (int step = 0; step < steps; step++) {
        double loss = loss(model, batches, step * accumulation, accumulation);
        double norm = Clip.byNorm(weights.values(), run.get("clip_norm").asDouble());
        assertThat(schedule.rate(step))
            .isCloseTo(run.get("lrs").get(step).asDouble(), withinPercentage(1e-6));
        optimizer.step(schedule.rate(step));
        assertThat(loss)
            .as("loss of step %d", step)
            .isCloseTo(run.get("losses").get(step).asDouble(), withinPercentage(0.1));
        assertThat(norm)
            .as("gradient norm of step %d", step)
            .isCloseTo(run.get("grad_norms").get(step).asDouble(), withinPercentage(0.1));
      }
    }
  }

  /** Backward through some batches as if they were one: every target counts the same. */
  private static double loss(Transformer model, SafetensorsFile batches, int first, int count) {
    double total = 0;
    long targets = 0;
    for (int i = first; i < first + count; i++) {
      for (long label : afterFirst(batch(batches, "labels", i), length(batches))) {
        targets += label == Functional.IGNORED ? 0 : 1;
      }
    }
    int length = length(batches);
    for (int i = first; i < first + count; i++) {
      try (Scope _ = Scope.open("batch")) {
        long[] ids = batch(batches, "input_ids", i);
        long[] labels = afterFirst(batch(batches, "labels", i), length);
        int rows = ids.length / length;
        Tensor logits = model.logits(Tensors.of(ids, rows, length)).slice(1, 0, length - 1);
        Tensor loss =
            Functional.crossEntropy(
                    logits.reshape(labels.length, -1),
                    Tensors.of(labels, labels.length),
                    Functional.Reduction.SUM,
                    0)
                .div(targets);
        loss.backward();
        total += loss.item();
      }
    }
    return total;
  }

  private static int length(SafetensorsFile batches) {
    return Math.toIntExact(batches.find("input_ids").orElseThrow().shape().get(2));
  }

  /** Row by row without the first label: position t predicts label t + 1. */
  private static long[] afterFirst(long[] labels, int length) {
    long[] shifted = new long[labels.length / length * (length - 1)];
    for (int row = 0; row < labels.length / length; row++) {
      System.arraycopy(labels, row * length + 1, shifted, row * (length - 1), length - 1);
    }
    return shifted;
  }

  private static long[] batch(SafetensorsFile file, String name, int index) {
    var info = file.find(name).orElseThrow();
    long bytes = info.bytes() / info.shape().get(0);
    MemorySegment part = Arena.ofAuto().allocate(bytes, 8);
    file.read(info, index * bytes, part);
    return part.toArray(ValueLayout.JAVA_LONG);
  }
}
