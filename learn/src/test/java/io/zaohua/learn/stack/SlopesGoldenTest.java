package io.zaohua.learn.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.learn.Doubles;
import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.Slopes;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.spec.Parts;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every part of every golden checkpoint has the gradient that finite differences give. */
@Tag("golden")
final class SlopesGoldenTest {
  /**
   * In F64 a step of 1e-5 leaves an error of about 1e-10 of the third derivative, and 1e-11 of
   * rounding: slopes are right to five digits even where the loss bends a thousand times more than
   * it rises.
   */
  private static final double RELATIVE = 1e-5;

  static List<Path> checkpoints() throws IOException {
    return LogitsGoldenTest.checkpoints();
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("checkpoints")
  void theGradientOfEveryPartIsItsSlope(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        Scope _ = Scope.open("weights")) {
      var spec = checkpoint.spec();
      var weights = Doubles.trainable(spec, new LoadedWeights(checkpoint.weights(), false));
      Transformer model = Transformer.of(spec, weights);
      Tensor ids = new Rng(3).integers(0, spec.vocabulary(), 2, 12);
      Tensor targets = new Rng(4).integers(0, spec.vocabulary(), 24);
      assertThat(weights.tensors().keySet()).isEqualTo(Parts.of(spec).keySet());
      Slopes.check(
          weights.tensors(),
          RELATIVE,
          () -> loss(model, ids, targets, true),
          () -> loss(model, ids, targets, false),
          (_, move) -> move.run());
    }
  }

  private static double loss(Transformer model, Tensor ids, Tensor targets, boolean backward) {
    try (Scope _ = Scope.open("loss");
        Autograd _ = backward ? Autograd.on() : Autograd.off()) {
      Tensor logits = model.logits(ids).reshape(targets.count(), -1);
      Tensor loss = Functional.crossEntropy(logits, targets);
      if (backward) {
        loss.backward();
      }
      return loss.item();
    }
  }
}
