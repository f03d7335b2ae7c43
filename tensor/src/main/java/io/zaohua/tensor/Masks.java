package io.zaohua.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/** Truth values, BOOL: compared, combined, and used to pick elements. Shapes fit each other. */
public final class Masks {
  private Masks() {}

  /** x = y, [..] and [..]. */
  public static Tensor eq(Tensor x, Tensor y) {
    return x.fitting("eq", y, torch::eq);
  }

  /** x = number; same shape. */
  public static Tensor eq(Tensor x, double number) {
    return x.with(number, s -> x.unary("eq", t -> torch.eq(t, s)));
  }

  /** x below y, [..] and [..]. */
  public static Tensor lt(Tensor x, Tensor y) {
    return x.fitting("lt", y, torch::lt);
  }

  /** x below a number; same shape. */
  public static Tensor lt(Tensor x, double number) {
    return x.with(number, s -> x.unary("lt", t -> torch.lt(t, s)));
  }

  /** x at most y, [..] and [..]. */
  public static Tensor le(Tensor x, Tensor y) {
    return x.fitting("le", y, torch::le);
  }

  /** x above y, [..] and [..]. */
  public static Tensor gt(Tensor x, Tensor y) {
    return x.fitting("gt", y, torch::gt);
  }

  /** x above a number; same shape. */
  public static Tensor gt(Tensor x, double number) {
    return x.with(number, s -> x.unary("gt", t -> torch.gt(t, s)));
  }

  /** x at least y, [..] and [..]. */
  public static Tensor ge(Tensor x, Tensor y) {
    return x.fitting("ge", y, torch::ge);
  }

  /** Both true, [..] and [..]. */
  public static Tensor and(Tensor x, Tensor y) {
    return x.fitting("and", y, torch::logical_and);
  }

  /** At least one true, [..] and [..]. */
  public static Tensor or(Tensor x, Tensor y) {
    return x.fitting("or", y, torch::logical_or);
  }

  /** The opposite; same shape. */
  public static Tensor not(Tensor x) {
    return x.unary("not", torch::logical_not);
  }

  /** True where an element is neither NaN nor infinite; same shape. */
  public static Tensor isFinite(Tensor x) {
    return x.unary("isFinite", torch::isfinite);
  }

  /** Whether all elements are true: []. */
  public static Tensor all(Tensor x) {
    return x.unary("all", torch::all);
  }

  /** x with the value wherever the mask, whose shape widens to that of x, is true. */
  public static Tensor fill(Tensor x, Tensor mask, double value) {
    Check.mask("fill", mask);
    Check.widens("fill", mask, x.sizes());
    try (Scalar scalar = Torch.scalar(value, x)) {
      return Torch.call("fill", () -> torch.masked_fill(x.raw(), mask.raw(), scalar), x, mask);
    }
  }

  /** yes where the condition holds, else no; the three shapes fit each other. */
  public static Tensor where(Tensor condition, Tensor yes, Tensor no) {
    Check.mask("where", condition);
    Check.broadcast("where", yes, no);
    Check.broadcast("where", condition, yes);
    Check.broadcast("where", condition, no);
    return Torch.call(
        "where", () -> torch.where(condition.raw(), yes.raw(), no.raw()), condition, yes, no);
  }

  /** x [.., n, m], zero (or false) above the diagonal; a positive one lies further up. */
  public static Tensor tril(Tensor x, long diagonal) {
    Check.that(x.rank() >= 2, "tril: %s must be [.., n, m].", x);
    return x.unary("tril", t -> torch.tril(t, diagonal));
  }
}
