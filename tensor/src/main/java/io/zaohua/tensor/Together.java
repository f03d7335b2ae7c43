package io.zaohua.tensor;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Operations on many tensors in one native call: a step of training touches every weight, and small
 * ones cost a call more than their numbers do. All tensors are F32 and on one device.
 */
public final class Together {
  private Together() {}

  /** The joint norm: the root of the sum of squares of all elements of all tensors. */
  public static double norm(List<Tensor> tensors) {
    if (tensors.isEmpty()) {
      return 0;
    }
    checkKind("norm", tensors);
    try (Scope _ = Scope.open("norm")) {
      List<Tensor> norms =
          new OperatorCall("aten::_foreach_norm", "Scalar")
              .tensors(tensors)
              .number(2)
              .nothing()
              .list();
      Tensor all = Tensors.stack(0, norms); // [n]
      return all.mul(all).sum().sqrt().item();
    }
  }

  /** Multiplies every element of every tensor, where it lies, as {@link InPlace} does. */
  public static void scale(List<Tensor> tensors, double factor) {
    if (tensors.isEmpty()) {
      return;
    }
    checkKind("scale", tensors);
    checkChange("scale", tensors);
    new OperatorCall("aten::_foreach_mul_", "Scalar").tensors(tensors).number(factor).run();
  }

  /**
   * Constants of {@link #adamW}.
   *
   * @param rate the learning rate
   * @param beta1 how much of the mean gradient stays
   * @param beta2 how much of the mean square stays
   * @param eps added to the root of the mean square
   * @param decay share of a weight that rate 1 would take away
   */
  public record AdamW(double rate, double beta1, double beta2, double eps, double decay) {}

  /**
   * One step of AdamW (Loshchilov and Hutter 2019), libtorch's {@code _fused_adamw_}: changes
   * weights, means and squares, of which element i of each list has one shape.
   *
   * @param step from 1
   */
  public static void adamW(
      List<Tensor> weights,
      List<Tensor> gradients,
      List<Tensor> means,
      List<Tensor> squares,
      int step,
      AdamW constants) {
    if (weights.isEmpty()) {
      return;
    }
    for (List<Tensor> list : List.of(weights, gradients, means, squares)) {
      checkKind("adamW", list);
      checkShapes(weights, list);
    }
    for (List<Tensor> list : List.of(weights, means, squares)) {
      checkChange("adamW", list);
    }
    Check.that(step >= 1, "adamW: step %d, from 1 expected.", step);
    try (Scope _ = Scope.open("adamW")) {
      Tensor made = Tensors.full(step, DType.F32, weights.getFirst().device());
      new OperatorCall("aten::_fused_adamw_", "")
          .tensors(weights)
          .tensors(gradients)
          .tensors(means)
          .tensors(squares)
          .tensors(List.of()) // the largest squares so far, of AMSGrad
          .tensors(Collections.nCopies(weights.size(), made))
          .number(constants.rate())
          .number(constants.beta1())
          .number(constants.beta2())
          .number(constants.decay())
          .number(constants.eps())
          .flag(false) // AMSGrad
          .flag(false) // maximize
          .nothing() // scale of the gradients
          .nothing() // whether they are finite
          .run();
    }
  }

  private static void checkKind(String operation, List<Tensor> tensors) {
    for (Tensor tensor : tensors) {
      Check.that(
          tensor.dtype() == DType.F32 && tensor.device().equals(tensors.getFirst().device()),
          "%s of many: %s on %s must be F32 on %s.",
          operation,
          tensor,
          tensor.device(),
          tensors.getFirst().device());
    }
  }

  private static void checkChange(String operation, List<Tensor> tensors) {
    for (Tensor tensor : tensors) {
      tensor.inPlace().checkGrad(operation);
    }
  }

  private static void checkShapes(List<Tensor> weights, List<Tensor> others) {
    Check.that(
        weights.size() == others.size(),
        "adamW: %d weights and %d tensors beside them.",
        weights.size(),
        others.size());
    for (int i = 0; i < weights.size(); i++) {
      Check.that(
          Arrays.equals(weights.get(i).sizes(), others.get(i).sizes()),
          "adamW: %s stands beside weight %s.",
          others.get(i),
          weights.get(i));
    }
  }
}
