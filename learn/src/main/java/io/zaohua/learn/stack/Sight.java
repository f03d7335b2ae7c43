package io.zaohua.learn.stack;

import io.zaohua.model.spec.Rope;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Masks;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What positions see and how they turn in one run of the stack; made once, shared by the layers.
 */
final class Sight {
  private final Scope home = Scope.current();
  private final int length;
  private final boolean causal;
  private final Map<Rope, Rotation> rotations = new HashMap<>();
  private final Map<Integer, Tensor> masks = new HashMap<>();
  private final Map<Integer, Tensor> added = new HashMap<>();
  private final Optional<Tensor> segments;

  Sight(int length, boolean causal, Optional<Tensor> segments) {
    this.length = length;
    this.causal = causal;
    this.segments = segments;
  }

  Rotation rotation(Rope rope) {
    return rotations.computeIfAbsent(rope, this::turned);
  }

  private Rotation turned(Rope rope) {
    Rotation made = Rotation.of(rope, length);
    home.take(made.cos());
    home.take(made.sin());
    return made;
  }

  /** Whether a layer with this window sees all earlier positions, so that it needs no mask. */
  boolean plainlyCausal(int window) {
    return causal && segments.isEmpty() && (window == 0 || window >= length);
  }

  /** BOOL [T, T] or [B, 1, T, T], true where row i sees column j; empty if all see all. */
  Optional<Tensor> mask(int window) {
    if (!causal && window == 0 && segments.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(masks.computeIfAbsent(window, w -> home.take(makeMask(w))));
  }

  private Tensor makeMask(int window) {
    Tensor all = Tensors.ones(DType.BOOL, length, length);
    Tensor until = causal ? Masks.tril(all, 0) : all;
    Tensor near = window == 0 ? until : Masks.and(until, Masks.not(Masks.tril(all, -window)));
    return segments.map(s -> Masks.and(near, same(s))).orElse(near);
  }

  /** BOOL [B, 1, T, T], true where both positions are of one segment. */
  private static Tensor same(Tensor segments) {
    return Masks.eq(segments.unsqueeze(2), segments.unsqueeze(1)).unsqueeze(1);
  }

  /** The mask as numbers to add to the scores, made once: the fused kernels want it so. */
  Optional<Tensor> added(int window) {
    return mask(window).map(m -> added.computeIfAbsent(window, _ -> home.take(asNumbers(m))));
  }

  private static Tensor asNumbers(Tensor mask) {
    long[] shape = mask.shape().stream().mapToLong(Long::longValue).toArray();
    Tensor zeros = Tensors.zeros(DType.F32, mask.device(), shape);
    return Masks.fill(zeros, Masks.not(mask), Double.NEGATIVE_INFINITY);
  }
}
