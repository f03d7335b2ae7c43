package io.zaohua.learn.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.learn.GoldenTraining;
import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs of PyTorch again: losses, gradient norms, learning rates and final weights. */
@Tag("golden")
final class TrainingGoldenTest {
  static List<Path> runs() throws IOException {
    return GoldenTraining.runs("init");
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("runs")
  void theRunIsThatOfPyTorch(Path folder) throws IOException {
    try (Checkpoint initial = Checkpoint.open(folder.resolve("init"));
        Checkpoint trained = Checkpoint.open(folder.resolve("final"));
        Scope _ = Scope.open("weights")) {
      var weights = new LoadedWeights(initial.weights(), true);
      Transformer model = Transformer.of(initial.spec(), weights);
      GoldenTraining.replay(folder, model, weights.tensors());
      weights
          .tensors()
          .forEach(
              (part, tensor) ->
                  assertThat(tensor.toFloats())
                      .as(part)
                      .containsExactly(trained.weights().floats(part), offset(1e-4f)));
    }
  }
}
