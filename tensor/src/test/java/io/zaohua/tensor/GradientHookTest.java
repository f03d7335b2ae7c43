package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GradientHookTest {
  @Test
  void leavesAreToldOfFromTheLossBack() {
    List<String> told = new ArrayList<>();
    try (Scope _ = Scope.open("test")) {
      Tensor first = Tensors.full(2, DType.F32, 3).requireGrad();
      Tensor second = Tensors.full(3, DType.F32, 3).requireGrad();
      try (GradientHook _ = first.onGradient(() -> told.add("first"));
          GradientHook _ = second.onGradient(() -> told.add("second"))) {
        first.pow(2).mul(second).sum().backward();
      }
      first.pow(2).sum().backward();
    }
    assertThat(told).containsExactly("second", "first");
  }

  @Test
  void anEarlierLeafsGradientIsCompleteWhenTheNextIsTold() {
    List<Float> seen = new ArrayList<>();
    try (Scope _ = Scope.open("test")) {
      Tensor first = Tensors.full(2, DType.F32, 1).requireGrad();
      Tensor second = Tensors.full(3, DType.F32, 1).requireGrad();
      Tensor gradient = Tensors.zeros(DType.F32, 1);
      second.setGrad(gradient);
      try (GradientHook _ = second.onGradient(() -> seen.add(gradient.toFloats()[0]));
          GradientHook _ = first.onGradient(() -> seen.add(gradient.toFloats()[0]))) {
        first.pow(2).mul(second).sum().backward();
      }
    }
    assertThat(seen).containsExactly(0f, 4f);
  }

  @Test
  void aGradientGrowsWhereItWasPut() {
    try (Scope _ = Scope.open("test")) {
      Tensor bucket = Tensors.zeros(DType.F32, 5);
      Tensor weight = Tensors.full(1, DType.F32, 2).requireGrad();
      weight.setGrad(bucket.slice(0, 1, 3));
      weight.mul(3).sum().backward();
      weight.mul(4).sum().backward();
      assertThat(bucket.toFloats()).containsExactly(0, 7, 7, 0, 0);
      weight.clearGrad();
      assertThat(weight.grad()).isEmpty();
    }
  }

  @Test
  void aGradientOfAnotherShapeIsRefused() {
    try (Scope _ = Scope.open("test")) {
      Tensor weight = Tensors.full(1, DType.F32, 2).requireGrad();
      Tensor other = Tensors.zeros(DType.F32, 3);
      assertThatThrownBy(() -> weight.setGrad(other)).hasMessageContaining("setGrad");
      assertThatThrownBy(() -> other.onGradient(() -> {})).hasMessageContaining("no leaf");
    }
  }
}
