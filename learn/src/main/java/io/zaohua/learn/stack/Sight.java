package io.zaohua.learn.stack;

import io.zaohua.model.spec.Rope;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Masks;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What positions see and how they turn in one run of the stack; made once, shared by the layers.
 */
final class Sight {
  private final int length;
  private final boolean causal;
  private final Map<Rope, Rotation> rotations = new HashMap<>();
  private final Map<Integer, Tensor> masks = new HashMap<>();

  Sight(int length, boolean causal) {
    this.length = length;
    this.causal = causal;
  }

  Rotation rotation(Rope rope) {
    return rotations.computeIfAbsent(rope, r -> Rotation.of(r, length));
  }

  /** Whether a layer with this window sees all earlier positions, so that it needs no mask. */
  boolean plainlyCausal(int window) {
    return causal && (window == 0 || window >= length);
  }

  /** BOOL [T, T], true where row i sees column j; empty if all see all. */
  Optional<Tensor> mask(int window) {
    if (!causal && window == 0) {
      return Optional.empty();
    }
    return Optional.of(masks.computeIfAbsent(window, this::makeMask));
  }

  private Tensor makeMask(int window) {
    Tensor all = Tensors.ones(DType.BOOL, length, length);
    Tensor until = causal ? Masks.tril(all, 0) : all;
    return window == 0 ? until : Masks.and(until, Masks.not(Masks.tril(all, -window)));
  }
}
