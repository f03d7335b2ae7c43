package io.zaohua.tensor;

import java.util.Arrays;

/**
 * What must hold before a native call: one sentence with fact and expectation where it does not.
 */
final class Check {
  private Check() {}

  /** Tensors and shapes among the values are put into words only where it does not hold. */
  static void that(boolean holds, String fact, Object... values) {
    if (!holds) {
      throw wrong(fact, values);
    }
  }

  private static IllegalArgumentException wrong(String fact, Object... values) {
    Object[] words = Arrays.stream(values).map(Check::inWords).toArray();
    return new IllegalArgumentException(String.format(java.util.Locale.ROOT, fact, words));
  }

  private static Object inWords(Object value) {
    return switch (value) {
      case Tensor tensor -> tensor.describe();
      case long[] shape -> Arrays.toString(shape);
      case int[] axes -> Arrays.toString(axes);
      default -> value;
    };
  }

  static void oneDevice(String operation, Tensor... operands) {
    for (int i = 1; i < operands.length; i++) {
      that(
          operands[i].device().equals(operands[0].device()),
          "%s: operands lie on %s and %s, and must be on one device.",
          operation,
          operands[0].device(),
          operands[i].device());
    }
  }

  /** The axis counted from 0; negative ones count from the end. */
  static int axis(String operation, int axis, Tensor tensor) {
    return axis(operation, axis, tensor.rank(), tensor);
  }

  static int axis(String operation, int axis, int rank, Tensor tensor) {
    that(
        axis >= -rank && axis < rank,
        "%s: axis %d is outside of %s, expected %d to %d.",
        operation,
        axis,
        tensor,
        -rank,
        rank - 1);
    return axis < 0 ? axis + rank : axis;
  }

  static void broadcast(String operation, Tensor a, Tensor b) {
    long[] left = a.sizes();
    long[] right = b.sizes();
    that(
        fit(left, right),
        "%s: shapes %s and %s do not fit: from the last axis on, sizes must be equal or 1.",
        operation,
        left,
        right);
  }

  /** Whether sizes are equal or 1, from the last axis on. */
  private static boolean fit(long[] left, long[] right) {
    for (int i = 1; i <= Math.min(left.length, right.length); i++) {
      long x = left[left.length - i];
      long y = right[right.length - i];
      if (x != y && x != 1 && y != 1) {
        return false;
      }
    }
    return true;
  }

  /** {@code source} must widen to the shape of {@code target} without changing it. */
  static void widens(String operation, Tensor source, long[] target) {
    long[] from = source.sizes();
    boolean fits = from.length <= target.length;
    for (int i = 1; fits && i <= from.length; i++) {
      fits = from[from.length - i] == 1 || from[from.length - i] == target[target.length - i];
    }
    that(fits, "%s: shape %s does not widen to %s.", operation, from, target);
  }

  static void matmul(String operation, Tensor a, Tensor b) {
    that(a.rank() > 0 && b.rank() > 0, "%s: %s and %s must both have an axis.", operation, a, b);
    that(
        a.size(-1) == b.size(b.rank() == 1 ? 0 : -2),
        "%s: %s and %s do not fit: the last axis of the first must equal the last but one of the"
            + " second.",
        operation,
        a,
        b);
    multiplied(operation, a, b);
    if (a.rank() > 2 && b.rank() > 2) {
      long[] left = Arrays.copyOf(a.sizes(), a.rank() - 2);
      long[] right = Arrays.copyOf(b.sizes(), b.rank() - 2);
      that(fit(left, right), "%s: the batch axes of %s and %s do not fit.", operation, a, b);
    }
  }

  /** Operands of a product: of one type, but where {@link Autocast} makes them so. */
  static void multiplied(String operation, Tensor a, Tensor b) {
    if (!Autocast.isOn() || !a.dtype().isFloat() || !b.dtype().isFloat()) {
      sameType(operation, a, b);
    }
  }

  static void sameType(String operation, Tensor a, Tensor b) {
    that(
        a.dtype() == b.dtype(),
        "%s: types %s and %s are mixed; cast one with to(DType).",
        operation,
        a.dtype(),
        b.dtype());
  }

  static void floats(String operation, Tensor tensor) {
    that(
        tensor.dtype().isFloat(),
        "%s: needs F64, F32, BF16 or F16, and the tensor is %s.",
        operation,
        tensor);
  }

  static void indices(String operation, Tensor tensor) {
    that(tensor.dtype() == DType.I64, "%s: indices must be I64, and are %s.", operation, tensor);
  }

  static void mask(String operation, Tensor tensor) {
    that(tensor.dtype() == DType.BOOL, "%s: the mask must be BOOL, and is %s.", operation, tensor);
  }

  /** The number of elements of a shape, none of whose sizes is negative. */
  static long count(String operation, long... shape) {
    long count = 1;
    for (long size : shape) {
      that(size >= 0, "%s: shape %s has a negative size.", operation, shape);
      that(
          size == 0 || count <= (Long.MAX_VALUE / 8) / size,
          "%s: shape %s is larger than any memory.",
          operation,
          shape);
      count *= size;
    }
    return count;
  }
}
