package io.zaohua.learn.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.learn.LoadedWeights;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.model.spec.Parts;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Masks;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every golden checkpoint gives transformers' logits, and a gradient for each of its parts. */
@Tag("golden")
final class LogitsGoldenTest {
  static List<Path> checkpoints() throws IOException {
    String given = System.getProperty("goldens", "");
    Path all =
        given.isBlank()
            ? Path.of(System.getProperty("zaohua.root"), "model/src/test/resources/goldens")
            : Path.of(given);
    Path llm = all.resolve("llm");
    if (!Files.isDirectory(llm)) {
      System.out.println("no goldens in " + llm);
      return List.of();
    }
    try (var folders = Files.list(llm)) {
      return folders.filter(f -> Files.exists(f.resolve("expected.safetensors"))).sorted().toList();
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("checkpoints")
  void logitsEqualThoseOfTransformers(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"));
        Scope _ = Scope.open("weights");
        Autograd _ = Autograd.off()) {
      var weights = new LoadedWeights(checkpoint.weights(), false);
      float[] logits = Transformer.of(checkpoint.spec(), weights).logits(ids(expected)).toFloats();
      float[] wanted = bytes(expected, "logits").toArray(ValueLayout.JAVA_FLOAT);
      assertThat(logits).hasSameSizeAs(wanted);
      for (int i = 0; i < wanted.length; i++) {
        assertThat(logits[i]).as("logit %d", i).isCloseTo(wanted[i], offset(1e-4f));
      }
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("checkpoints")
  void aGradientReachesEveryPart(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"));
        Scope _ = Scope.open("weights")) {
      var weights = new LoadedWeights(checkpoint.weights(), true);
      Transformer model = Transformer.of(checkpoint.spec(), weights);
      Tensor ids = ids(expected);
      long rows = ids.count();
      Tensor logits = model.logits(ids).reshape(rows, -1);
      Functional.crossEntropy(logits, ids.reshape(rows)).backward();
      assertThat(weights.tensors().keySet())
          .containsExactlyInAnyOrderElementsOf(Parts.of(checkpoint.spec()).keySet());
      weights
          .tensors()
          .forEach(
              (part, tensor) -> {
                Tensor gradient = tensor.grad().orElseThrow();
                assertThat(Masks.all(Masks.isFinite(gradient)).item()).as(part).isOne();
              });
    }
  }

  /**
   * With products in BF16: 2^-9 of each rounded away, in a few layers. Where two experts are nearly
   * as good the other one may be asked, in all of a position.
   */
  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("checkpoints")
  void logitsOfHalfTheWidthAreNear(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"));
        Scope _ = Scope.open("weights");
        Autograd _ = Autograd.off()) {
      var weights = new LoadedWeights(checkpoint.weights(), false);
      Transformer model = Transformer.of(checkpoint.spec(), weights);
      model.halve();
      boolean experts =
          Parts.of(checkpoint.spec()).keySet().stream().anyMatch(p -> p.contains("experts"));
      float[] logits = model.logits(ids(expected)).toFloats();
      float[] wanted = bytes(expected, "logits").toArray(ValueLayout.JAVA_FLOAT);
      double apart = 0;
      double size = 0;
      for (int i = 0; i < wanted.length; i++) {
        apart += Math.pow(logits[i] - wanted[i], 2);
        size += Math.pow(wanted[i], 2);
      }
      assertThat(Math.sqrt(apart / size)).isBetween(1e-5, experts ? 0.15 : 0.03);
    }
  }

  private static Tensor ids(SafetensorsFile file) {
    long[] shape =
        file.find("input_ids").orElseThrow().shape().stream().mapToLong(Long::longValue).toArray();
    return Tensors.of(bytes(file, "input_ids").toArray(ValueLayout.JAVA_LONG), shape);
  }

  private static MemorySegment bytes(SafetensorsFile file, String name) {
    var info = file.find(name).orElseThrow();
    MemorySegment all = Arena.ofAuto().allocate(info.bytes(), 8);
    file.read(info, 0, all);
    return all;
  }
}
