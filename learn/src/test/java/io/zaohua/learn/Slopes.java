package io.zaohua.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/** Gradients against finite differences. */
public final class Slopes {
  private static final double STEP = 1e-5;

  /** What values of some units, exact to 1e-16 of them, leave of a slope over such a step. */
  private static final double ROUNDING = 1e-9;

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

  /**
   * Checks every weight's gradient along a direction of chance, a unit long.
   *
   * @param weights F64 leaves by name
   * @param relative how far slope and gradient may be apart, as a share of the slope
   * @param step adds the gradients of a value to them, and gives the value
   */
  public static void check(Map<String, Tensor> weights, double relative, DoubleSupplier step) {
    check(weights, relative, step, step, (_, move) -> move.run());
  }

  /** Moves a weight, and whatever its gradient takes to move along. */
  @FunctionalInterface
  public interface Moving {
    void move(String name, Runnable move);
  }

  /**
   * The same, where moving a weight may move more than that.
   *
   * @param value the value alone
   */
  public static void check(
      Map<String, Tensor> weights,
      double relative,
      DoubleSupplier step,
      DoubleSupplier value,
      Moving moving) {
    weights.values().forEach(Tensor::clearGrad);
    step.getAsDouble();
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    weights.forEach((name, weight) -> gradients.put(name, weight.grad().orElseThrow().copy()));
    Rng rng = new Rng(weights.size());
    weights.forEach(
        (name, weight) -> {
          double gradient;
          double slope;
          try (Scope _ = Scope.open("a weight's slope")) {
            Tensor along = direction(weight, rng);
            gradient = gradients.get(name).mul(along).sum().item();
            move(name, weight, along, 1, moving);
            double above = value.getAsDouble();
            move(name, weight, along, -2, moving);
            double below = value.getAsDouble();
            move(name, weight, along, 1, moving);
            slope = (above - below) / (2 * STEP);
          }
          assertThat(gradient)
              .as(name)
              .isCloseTo(slope, within(relative * Math.abs(slope) + ROUNDING));
        });
    weights.values().forEach(Tensor::clearGrad);
  }

  private static void move(String name, Tensor weight, Tensor along, int steps, Moving moving) {
    try (Autograd _ = Autograd.off()) {
      moving.move(name, () -> weight.inPlace().add(along, steps * STEP));
    }
  }

  private static Tensor direction(Tensor weight, Rng rng) {
    long[] shape = weight.shape().stream().mapToLong(Long::longValue).toArray();
    Tensor drawn = rng.normal(DType.F64, shape);
    return drawn.div(drawn.mul(drawn).sum().sqrt());
  }
}
