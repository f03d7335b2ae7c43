package io.zaohua.tensor;

import java.util.Arrays;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.global.torch;

/** Elements picked or written by index, I64 from 0. */
public final class Indexing {
  private Indexing() {}

  /** Result of {@link #topK}. */
  public record TopK(Tensor values, Tensor indices) {}

  /** x [.., n, ..] and indices [m] in 0..n-1 to [.., m, ..]. */
  public static Tensor select(Tensor x, int axis, Tensor indices) {
    int a = Check.axis("select", axis, x);
    Check.indices("select", indices);
    Check.that(indices.rank() == 1, "select: indices %s must be [m].", indices);
    return Torch.call("select", () -> torch.index_select(x.raw(), a, indices.raw()), x, indices);
  }

  /** x [.., n, ..], its element at indices[.., j, ..] along the axis: the shape of the indices. */
  public static Tensor gather(Tensor x, int axis, Tensor indices) {
    int a = Check.axis("gather", axis, x);
    checkRank("gather", x, indices);
    return Torch.call("gather", () -> torch.gather(x.raw(), a, indices.raw()), x, indices);
  }

  /** x with source[.., j, ..] written at indices[.., j, ..] of the axis; the shape of x. */
  public static Tensor scatter(Tensor x, int axis, Tensor indices, Tensor source) {
    int a = Check.axis("scatter", axis, x);
    checkScatter("scatter", x, indices, source);
    return Torch.call(
        "scatter",
        () -> torch.scatter(x.raw(), a, indices.raw(), source.raw()),
        x,
        indices,
        source);
  }

  /** x with source[.., j, ..] added at indices[.., j, ..] of the axis; the shape of x. */
  public static Tensor scatterAdd(Tensor x, int axis, Tensor indices, Tensor source) {
    int a = Check.axis("scatterAdd", axis, x);
    checkScatter("scatterAdd", x, indices, source);
    return Torch.call(
        "scatterAdd",
        () -> torch.scatter_add(x.raw(), a, indices.raw(), source.raw()),
        x,
        indices,
        source);
  }

  /** The largest k along an axis, largest first, and where they stood: [.., k, ..] both. */
  public static TopK topK(Tensor x, int k, int axis) {
    int a = Check.axis("topK", axis, x);
    Check.that(k >= 0 && k <= x.sizes()[a], "topK: %d along axis %d of %s.", k, axis, x);
    try (T_TensorTensor_T both = new T_TensorTensor_T()) {
      Torch.run("topK", () -> topK(both, x, k, a), x);
      Scope open = Scope.current();
      return new TopK(
          open.adopt(new org.bytedeco.pytorch.Tensor(both.get0())),
          open.adopt(new org.bytedeco.pytorch.Tensor(both.get1())));
    }
  }

  private static void topK(T_TensorTensor_T target, Tensor x, int k, int axis) {
    try (T_TensorTensor_T found = torch.topk(x.raw(), k, axis, true, true)) {
      target.put(found);
    }
  }

  private static void checkScatter(String operation, Tensor x, Tensor indices, Tensor source) {
    checkRank(operation, x, indices);
    Check.sameType(operation, x, source);
    Check.that(
        Arrays.equals(indices.sizes(), source.sizes()),
        "%s: indices %s and source %s must have one shape.",
        operation,
        indices,
        source);
  }

  private static void checkRank(String operation, Tensor x, Tensor indices) {
    Check.indices(operation, indices);
    Check.that(
        indices.rank() == x.rank(),
        "%s: indices %s must have as many axes as %s.",
        operation,
        indices,
        x);
  }
}
