package io.zaohua.learn.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.TinyModel;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks computed again give the gradients of blocks recorded, bit for bit. */
final class PassTest {
  @ParameterizedTest
  @CsvSource({"false, 0", "true, 0", "true, 0.01"})
  void gradientsAreTheSame(boolean experts, double balance) {
    TransformerSpec spec = experts ? TinyModel.experts() : TinyModel.dense();
    List<float[]> recorded = gradients(spec, false, balance);
    List<float[]> again = gradients(spec, true, balance);
    for (int i = 0; i < recorded.size(); i++) {
      assertThat(again.get(i)).as("weight %d", i).containsExactly(recorded.get(i));
    }
  }

  private static List<float[]> gradients(TransformerSpec spec, boolean again, double balance) {
    try (Scope _ = Scope.open("test")) {
      var weights = new InitialWeights(spec, 5, 0.3);
      Transformer model = Transformer.of(spec, weights);
      model.balance(balance, balance);
      if (again) {
        model.recompute();
      }
      Pass pass = pass(model);
      Tensor made = pass.hidden();
      pass.backward(made, made.detach().mul(0.5), 1);
      assertThat(pass.routingLoss() > 0).isEqualTo(balance > 0);
      List<float[]> all = new ArrayList<>();
      weights.tensors().forEach((name, t) -> t.grad().ifPresent(g -> all.add(g.toFloats())));
      assertThat(all).hasSizeGreaterThanOrEqualTo(weights.tensors().size() - 1);
      return all;
    }
  }

  private static Pass pass(Transformer model) {
    Tensor ids = Tensors.of(new long[] {1, 2, 3, 4, 5, 9, 8, 7, 6, 0}, 2, 5);
    Tensor segments = Tensors.of(new long[] {0, 0, 1, 1, 1, 0, 0, 0, 0, -1}, 2, 5);
    Tensor real = Tensors.of(new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 0}, 10, 1);
    return model.pass(ids, Optional.of(segments), Optional.of(real));
  }
}
