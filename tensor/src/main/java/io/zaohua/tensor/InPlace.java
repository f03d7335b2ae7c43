package io.zaohua.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;

/**
 * Operations that change a tensor where it lies and give themselves back for the next one. A leaf
 * that requires a gradient changes only under {@link Autograd#off}; a change of what was computed
 * is recorded as any operation is. Operands widen to the target.
 *
 * @param target what is changed, of any shape [..]
 */
public record InPlace(Tensor target) {

  /** target += factor * other. */
  public InPlace add(Tensor other, double factor) {
    check("add", other);
    try (Scalar scalar = Torch.scalar(factor, target)) {
      return run("add", () -> target.raw().add_(other.raw(), scalar), other);
    }
  }

  /** target += number. */
  public InPlace add(double number) {
    try (Scalar scalar = Torch.scalar(number, target)) {
      return run("add", () -> target.raw().add_(scalar));
    }
  }

  /** target *= other. */
  public InPlace mul(Tensor other) {
    check("mul", other);
    return run("mul", () -> target.raw().mul_(other.raw()), other);
  }

  /** target *= number. */
  public InPlace mul(double number) {
    try (Scalar scalar = Torch.scalar(number, target)) {
      return run("mul", () -> target.raw().mul_(scalar));
    }
  }

  /** target /= other. */
  public InPlace div(Tensor other) {
    check("div", other);
    return run("div", () -> target.raw().div_(other.raw()), other);
  }

  /** target += factor * a * b. */
  public InPlace addcmul(Tensor a, Tensor b, double factor) {
    check("addcmul", a, b);
    try (Scalar scalar = Torch.scalar(factor, target)) {
      return run("addcmul", () -> target.raw().addcmul_(a.raw(), b.raw(), scalar), a, b);
    }
  }

  /** target += factor * a / b. */
  public InPlace addcdiv(Tensor a, Tensor b, double factor) {
    check("addcdiv", a, b);
    try (Scalar scalar = Torch.scalar(factor, target)) {
      return run("addcdiv", () -> target.raw().addcdiv_(a.raw(), b.raw(), scalar), a, b);
    }
  }

  /** target += weight * (end - target). */
  public InPlace lerp(Tensor end, double weight) {
    check("lerp", end);
    Check.sameType("lerp", target, end);
    try (Scalar scalar = new Scalar(weight)) {
      return run("lerp", () -> target.raw().lerp_(end.raw(), scalar), end);
    }
  }

  /** target += factor * (a times b): a [n, k], b [k, m], target [n, m]. */
  public InPlace addmm(Tensor a, Tensor b, double factor) {
    Check.that(
        target.rank() == 2
            && a.rank() == 2
            && b.rank() == 2
            && a.size(1) == b.size(0)
            && target.size(0) == a.size(0)
            && target.size(1) == b.size(1),
        "addmm in place: %s, %s, %s must be [n, m], [n, k], [k, m].",
        target,
        a,
        b);
    Check.sameType("addmm", target, a);
    Check.sameType("addmm", a, b);
    try (Scalar one = new Scalar(1.0);
        Scalar scalar = new Scalar(factor)) {
      return run("addmm", () -> target.raw().addmm_(a.raw(), b.raw(), one, scalar), a, b);
    }
  }

  /** target = sqrt(target). */
  public InPlace sqrt() {
    return run("sqrt", () -> target.raw().sqrt_());
  }

  /** target = -1, 0 or 1. */
  public InPlace sign() {
    return run("sign", () -> target.raw().sign_());
  }

  /** Limits each element. */
  public InPlace clamp(double min, double max) {
    Check.that(min <= max, "clamp: %s is above %s.", min, max);
    try (Scalar low = Torch.scalar(min, target);
        Scalar high = Torch.scalar(max, target);
        ScalarOptional from = new ScalarOptional(low);
        ScalarOptional to = new ScalarOptional(high)) {
      return run("clamp", () -> target.raw().clamp_(from, to));
    }
  }

  /** target = source, cast and moved as needed. */
  public InPlace copy(Tensor source) {
    Check.widens("copy", source, target.sizes());
    checkGrad("copy");
    Torch.run("copy", () -> target.raw().copy_(source.raw()), target, source);
    return this;
  }

  /** target = 0. */
  public InPlace zero() {
    return run("zero", () -> target.raw().zero_());
  }

  /** target = value. */
  public InPlace fill(double value) {
    try (Scalar scalar = Torch.scalar(value, target)) {
      return run("fill", () -> target.raw().fill_(scalar));
    }
  }

  private void check(String operation, Tensor... operands) {
    for (Tensor operand : operands) {
      Check.widens(operation, operand, target.sizes());
    }
  }

  private InPlace run(String operation, Runnable work, Tensor... operands) {
    checkGrad(operation);
    for (Tensor operand : operands) {
      operand.checkUsable(operation);
      Check.oneDevice(operation, target, operand);
    }
    Torch.run(operation, work, target);
    return this;
  }

  void checkGrad(String operation) {
    Check.that(
        !target.isLeaf() || !target.requiresGrad() || !Autograd.isOn(),
        "%s in place: %s is a leaf that requires a gradient; change it under try (var off = Autograd.off()).",
        operation,
        target);
  }
}
