package io.zaohua.learn.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.TinyModel;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.Autocast;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stacks whose products are in BF16. */
final class HalvesTest {
  /** A product's rounding, 2^-9, some thirty of them one after another and back. */
  private static final double NEAR = 0.05;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsAreF32AndNearThoseOfF32(boolean experts) {
    TransformerSpec spec = experts ? TinyModel.experts() : TinyModel.dense();
    List<float[]> whole = gradients(spec, false, false);
    List<float[]> halved = gradients(spec, true, false);
    for (int i = 0; i < whole.size(); i++) {
      double apart = 0;
      double size = 0;
      for (int j = 0; j < whole.get(i).length; j++) {
        apart += Math.pow(whole.get(i)[j] - halved.get(i)[j], 2);
        size += Math.pow(whole.get(i)[j], 2);
      }
      assertThat(Math.sqrt(apart / size)).as("weight %d", i).isBetween(1e-6, NEAR);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void blocksComputedAgainGiveTheSameBits(boolean experts) {
    TransformerSpec spec = experts ? TinyModel.experts() : TinyModel.dense();
    List<float[]> recorded = gradients(spec, true, false);
    List<float[]> again = gradients(spec, true, true);
    for (int i = 0; i < recorded.size(); i++) {
      assertThat(again.get(i)).as("weight %d", i).containsExactly(recorded.get(i));
    }
  }

  private static List<float[]> gradients(TransformerSpec spec, boolean halved, boolean again) {
    try (Scope _ = Scope.open("test")) {
      var weights = new InitialWeights(spec, 5, 0.3);
      Transformer model = Transformer.of(spec, weights);
      if (halved) {
        model.halve();
      }
      if (again) {
        model.recompute();
      }
      Tensor ids = Tensors.of(new long[] {1, 2, 3, 4, 5, 9, 8, 7, 6, 0}, 2, 5);
      Pass pass = model.pass(ids, Optional.empty(), Optional.empty());
      assertThat(pass.hidden().dtype()).isEqualTo(DType.F32);
      Tensor logits = model.head(pass.hidden());
      assertThat(logits.dtype()).isEqualTo(DType.F32);
      pass.backward(logits, new Rng(1).normal(DType.F32, 2, 5, TinyModel.VOCABULARY), 1);
      assertThat(Autocast.isOn()).isFalse();
      List<float[]> all = new ArrayList<>();
      weights
          .tensors()
          .forEach(
              (name, tensor) -> {
                Tensor gradient = tensor.grad().orElseThrow();
                assertThat(gradient.dtype()).as(name).isEqualTo(DType.F32);
                all.add(gradient.toFloats());
              });
      return all;
    }
  }
}
