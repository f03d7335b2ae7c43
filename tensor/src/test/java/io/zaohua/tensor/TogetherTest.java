package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TogetherTest {

  private static final Together.AdamW CONSTANTS = new Together.AdamW(0.1, 0.9, 0.95, 1e-8, 0.01);

  @Test
  void theNormIsThatOfAllElements() {
    try (Scope _ = Scope.open("test")) {
      Tensor a = Tensors.of(new float[] {1, 2, 2}, 3);
      Tensor b = Tensors.of(new float[] {4, 0, 0, 0}, 2, 2);
      assertThat(Together.norm(List.of(a, b))).isCloseTo(5, within(1e-6));
      assertThat(Together.norm(List.of())).isZero();
    }
  }

  @Test
  void aNormWithANanIsNan() {
    try (Scope _ = Scope.open("test")) {
      Tensor a = Tensors.of(new float[] {1, Float.NaN}, 2);
      assertThat(Together.norm(List.of(a))).isNaN();
    }
  }

  @Test
  void scaleMultipliesAllWhereTheyLie() {
    try (Scope _ = Scope.open("test")) {
      Tensor a = Tensors.of(new float[] {1, 2}, 2);
      Tensor b = Tensors.of(new float[] {3}, 1, 1);
      Together.scale(List.of(a, b), 0.5);
      assertThat(a.toFloats()).containsExactly(0.5f, 1);
      assertThat(b.toFloats()).containsExactly(1.5f);
    }
  }

  @Test
  void adamWIsThePapersFormula() {
    try (Scope _ = Scope.open("test")) {
      Tensor weight = Tensors.of(new float[] {1, -2}, 2);
      Tensor gradient = Tensors.of(new float[] {0.5f, 1}, 2);
      Tensor mean = Tensors.of(new float[] {0.1f, 0}, 2);
      Tensor square = Tensors.of(new float[] {0.2f, 0.3f}, 2);
      Together.adamW(
          List.of(weight), List.of(gradient), List.of(mean), List.of(square), 3, CONSTANTS);
      double[] w = {1, -2};
      double[] m = {0.1, 0};
      double[] s = {0.2, 0.3};
      double[] g = {0.5, 1};
      for (int i = 0; i < 2; i++) {
        m[i] = 0.9 * m[i] + 0.1 * g[i];
        s[i] = 0.95 * s[i] + 0.05 * g[i] * g[i];
        double size = Math.sqrt(s[i] / (1 - Math.pow(0.95, 3))) + 1e-8;
        w[i] = w[i] * (1 - 0.1 * 0.01) - 0.1 * m[i] / (1 - Math.pow(0.9, 3)) / size;
        assertThat((double) weight.toFloats()[i]).isCloseTo(w[i], within(1e-6));
        assertThat((double) mean.toFloats()[i]).isCloseTo(m[i], within(1e-6));
        assertThat((double) square.toFloats()[i]).isCloseTo(s[i], within(1e-6));
      }
    }
  }

  @Test
  void whatDoesNotFitIsASentence() {
    try (Scope _ = Scope.open("test")) {
      List<Tensor> two = List.of(Tensors.zeros(DType.F32, 2));
      List<Tensor> three = List.of(Tensors.zeros(DType.F32, 3));
      List<Tensor> doubles = List.of(Tensors.zeros(DType.F64, 2));
      List<Tensor> leaf = List.of(Tensors.zeros(DType.F32, 2).requireGrad());
      assertThatThrownBy(() -> Together.adamW(two, three, two, two, 1, CONSTANTS))
          .hasMessageContaining("F32[3] stands beside weight F32[2]");
      assertThatThrownBy(() -> Together.adamW(two, two, two, List.of(), 1, CONSTANTS))
          .hasMessageContaining("1 weights and 0 tensors");
      assertThatThrownBy(() -> Together.adamW(two, two, two, two, 0, CONSTANTS))
          .hasMessageContaining("step 0");
      assertThatThrownBy(() -> Together.norm(doubles)).hasMessageContaining("must be F32");
      assertThatThrownBy(() -> Together.scale(leaf, 2)).hasMessageContaining("requires a gradient");
      Stream.of(two, three).forEach(list -> Together.scale(list, 2));
    }
  }
}
