package io.zaohua.learn.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.learn.GoldenTraining;
import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.spec.Parts;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PEFT's runs again: losses, gradient norms, the trained adapter and the merged weights. */
@Tag("golden")
final class AdapterGoldenTest {
  static List<Path> runs() throws IOException {
    return GoldenTraining.runs("adapter_init");
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("runs")
  void theRunIsThatOfPeft(Path folder) throws IOException {
    try (Checkpoint base = Checkpoint.open(folder.resolve("base"));
        Checkpoint merged = Checkpoint.open(folder.resolve("merged"));
        Scope _ = Scope.open("weights")) {
      var frozen = new LoadedWeights(base.weights(), false);
      var adapted = new AdaptedWeights(frozen, read(folder.resolve("adapter_init"), base));
      Transformer model = Transformer.of(base.spec(), adapted);
      GoldenTraining.replay(folder, model, adapted.tensors());

      var trained = new AdaptedWeights(frozen, read(folder.resolve("adapter_final"), base));
      Map<String, Tensor> expected = trained.tensors();
      assertThat(adapted.tensors().keySet()).isEqualTo(expected.keySet());
      adapted
          .tensors()
          .forEach((name, tensor) -> same(name, tensor, expected.get(name).toFloats()));
      for (String part : Parts.of(base.spec()).keySet()) {
        same(part, adapted.merged(part), merged.weights().floats(part));
      }
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("runs")
  void anAdapterForOtherModulesIsRefused(Path folder, @TempDir Path other) throws IOException {
    Files.copy(
        folder.resolve("adapter_init/adapter_config.json"), other.resolve("adapter_config.json"));
    Files.copy(
        folder.resolve("base/model.safetensors"), other.resolve("adapter_model.safetensors"));
    try (Checkpoint base = Checkpoint.open(folder.resolve("base"));
        Scope _ = Scope.open("weights")) {
      assertThatThrownBy(() -> read(other, base))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("was made for another base");
    }
  }

  private static Map<String, LowRank> read(Path folder, Checkpoint base) {
    return PeftAdapter.read(folder, base.spec(), base.table());
  }

  private static void same(String name, Tensor tensor, float[] expected) {
    assertThat(tensor.toFloats()).as(name).containsExactly(expected, offset(1e-4f));
  }
}
