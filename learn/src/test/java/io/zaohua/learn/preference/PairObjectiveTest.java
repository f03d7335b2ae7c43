package io.zaohua.learn.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.TinyModel;
import io.zaohua.learn.data.Answer;
import io.zaohua.learn.data.Batch;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Indexing;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PairObjectiveTest {
  @Test
  void gradientsByChunksAreThoseOfTheWholeExpression() {
    try (Scope _ = Scope.open("test")) {
      var weights = new InitialWeights(TinyModel.dense(), 3, 0.3);
      Transformer model = Transformer.of(TinyModel.dense(), weights);
      Batch batch =
          Answer.pairs(
              List.of(Answer.after(new int[] {1, 2}, new int[] {3, 4, 5})),
              List.of(Answer.after(new int[] {1, 2}, new int[] {6, 7})));
      var loss = PreferenceLoss.simpo(2, 0.5);
      double made = new PairObjective(model, Optional.empty(), loss, true, 2).backward(batch, 1);
      var gradients =
          weights.tensors().values().stream().map(t -> t.grad().orElseThrow().toFloats()).toList();
      weights.tensors().values().forEach(Tensor::clearGrad);

      Tensor chosen = mean(model, new long[] {1, 2, 3, 4, 5});
      Tensor rejected = mean(model, new long[] {1, 2, 6, 7});
      Tensor whole = Functional.logSigmoid(chosen.sub(rejected).mul(2).add(-0.5)).neg().sum();
      whole.backward();
      assertThat(made).isCloseTo(whole.item(), within(1e-5));
      int i = 0;
      for (Tensor weight : weights.tensors().values()) {
        assertThat(gradients.get(i++))
            .containsExactly(
                weight.grad().orElseThrow().toFloats(),
                org.assertj.core.api.Assertions.offset(1e-5f));
      }
    }
  }

  private static Tensor mean(Transformer model, long[] ids) {
    int n = ids.length;
    Tensor logs =
        Functional.logSoftmax(model.logits(Tensors.of(ids, 1, n)).reshape(n, -1), -1)
            .slice(0, 1, n - 1L);
    long[] targets = java.util.Arrays.copyOfRange(ids, 2, n);
    return Indexing.gather(logs, 1, Tensors.of(targets, targets.length, 1)).mean();
  }
}
