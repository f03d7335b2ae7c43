package io.zaohua.engine.kernel;

import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.BlockFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether a set of kernels is known to wait for the JIT compiler. Until {@link Kernels} has seen
 * the compiled form at work, matrices of that kind use {@link PlainKernels} for single tokens: the
 * same bits, at a fraction of the speed, but from the first call on.
 */
final class Warmth {
  private static final Map<String, Warmth> ALL = new ConcurrentHashMap<>();

  private volatile boolean cold;
  private boolean begun;

  private Warmth() {}

  /** The state of the kernels that a type needs; types with the same kernels share it. */
  static Warmth of(TensorType type) {
    return named(
        BlockFormat.find(type)
            .map(f -> PackedMatrix.Layout.of(f).name() + f.group() + (f.hasMins() ? " mins" : ""))
            .orElse(type.name()));
  }

  /** The state of a set of kernels, by name; not cold unless somebody is warming it up. */
  static Warmth named(String kernels) {
    return ALL.computeIfAbsent(kernels, name -> new Warmth());
  }

  boolean isCold() {
    return cold;
  }

  /** Whether the caller is the first, and has to warm the kernels up. */
  synchronized boolean begin() {
    boolean first = !begun;
    begun = true;
    cold |= first;
    return first;
  }

  void end() {
    cold = false;
  }
}
