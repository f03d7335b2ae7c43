package io.zaohua.learn.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.Slopes;
import io.zaohua.learn.TinyModel;
import io.zaohua.learn.data.Batch;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DistillationTest {
  private static final double[] TEACHER = {0.1, 1.2, -0.4, 0.3, 0.2, 2};

  @Test
  void theGradientOfTheDivergenceIsItsSlope() {
    Slopes.check(
        new double[] {0.5, -0.1, 0.7, 1, 0.4, -0.8},
        flat -> Distillation.divergence(Tensors.of(TEACHER, 2, 3), flat.reshape(2, 3), 1.7));
  }

  @Test
  void whoSaysTheSameIsNotApart() {
    try (Scope _ = Scope.open("test")) {
      Tensor logits = Tensors.of(TEACHER, 2, 3);
      assertThat(Distillation.divergence(logits, logits.add(1), 2).toDoubles())
          .containsExactly(new double[2], within(1e-12));
    }
  }

  @Test
  void lossAndGradientsAreThoseOfWholeLogits() {
    try (Scope _ = Scope.open("test")) {
      var spec = TinyModel.dense();
      var weights = new InitialWeights(spec, 1, 0.3);
      Transformer student = Transformer.of(spec, weights);
      Transformer teacher = Transformer.of(spec, new InitialWeights(spec, 2, 0.4));
      long[] ids = {1, 2, 3, 4};
      long[] targets = {2, Functional.IGNORED, 4, 5};
      Batch batch = new Batch(1, 4, ids, targets, Optional.empty());
      double made = new Distillation(student, teacher, 2, 0.75).backward(batch, 3);
      float[] gradient = weights.tensor("layers.0.q.weight").grad().orElseThrow().toFloats();
      weights.tensors().values().forEach(Tensor::clearGrad);

      Tensor all = student.logits(Tensors.of(ids, 1, 4)).reshape(4, -1);
      Tensor said = teacher.logits(Tensors.of(ids, 1, 4)).reshape(4, -1).detach();
      Tensor counts = Tensors.of(new float[] {1, 0, 1, 1}, 4);
      Tensor whole =
          Distillation.divergence(said, all, 2)
              .mul(counts)
              .sum()
              .mul(0.75 * 4)
              .add(
                  Functional.crossEntropy(all, Tensors.of(targets, 4), Functional.Reduction.SUM, 0)
                      .mul(0.25))
              .div(3);
      whole.backward();
      assertThat(made).isCloseTo(whole.item(), within(1e-5));
      assertThat(gradient)
          .containsExactly(
              weights.tensor("layers.0.q.weight").grad().orElseThrow().toFloats(), offset(1e-5f));
    }
  }
}
