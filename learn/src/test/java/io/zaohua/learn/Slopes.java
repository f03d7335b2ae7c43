package io.zaohua.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.function.Function;

/** Gradients against finite differences. */
public final class Slopes {
  private static final double STEP = 1e-5;

  private Slopes() {}

  /** Checks the gradient of a function of F64 values [n] to a tensor, whose sum is taken. */
  public static void check(double[] at, Function<Tensor, Tensor> function) {
    double[] gradient;
    try (Scope _ = Scope.open("gradient")) {
      Tensor leaf = Tensors.of(at, at.length).requireGrad();
      function.apply(leaf).sum().backward();
      gradient = leaf.grad().orElseThrow().toDoubles();
    }
    for (int i = 0; i < at.length; i++) {
      double slope = (value(at, i, STEP, function) - value(at, i, -STEP, function)) / (2 * STEP);
      assertThat(gradient[i])
          .as("element %d", i)
          .isCloseTo(slope, within(1e-6 * Math.max(1, Math.abs(slope))));
    }
  }

  private static double value(
      double[] at, int element, double change, Function<Tensor, Tensor> function) {
    try (Scope _ = Scope.open("value");
        Autograd _ = Autograd.off()) {
      double[] moved = at.clone();
      moved[element] += change;
      return function.apply(Tensors.of(moved, at.length)).sum().item();
    }
  }
}
