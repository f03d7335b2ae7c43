package io.zaohua.engine;

import io.zaohua.engine.kernel.AdaptedMatrix;
import io.zaohua.engine.kernel.Cores;
import io.zaohua.engine.kernel.Matrices;
import io.zaohua.engine.kernel.Matrix;
import io.zaohua.engine.kernel.RescaledMatrix;
import io.zaohua.engine.kernel.Slabs;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.adapter.Adapter;
import io.zaohua.model.adapter.Addition;
import io.zaohua.model.adapter.LowRank;
import io.zaohua.model.adapter.Rescaling;
import io.zaohua.model.weights.Weights;
import java.util.List;

/** Packs parts, with their adapters, and tells how far it is. */
final class Packing {
  private final Weights weights;
  private final List<Adapter> adapters;
  private final Slabs memory;
  private final Cores cores;
  private final LoadOptions.Progress progress;
  private final long total;
  private long done;

  Packing(
      Weights weights,
      List<Adapter> adapters,
      Slabs memory,
      Cores cores,
      LoadOptions.Progress progress,
      long total) {
    this.weights = weights;
    this.adapters = adapters;
    this.memory = memory;
    this.cores = cores;
    this.progress = progress;
    this.total = total;
  }

  Matrix matrix(String part) {
    Weights.Shape s = weights.shape(part);
    Matrix m =
        Matrices.pack(
            s.type(),
            Math.toIntExact(s.rows()),
            Math.toIntExact(s.columns()),
            (from, count, target) -> weights.readRows(part, from, count, target),
            memory,
            cores);
    done = Math.min(total, done + s.rows() * s.rowBytes());
    progress.loaded(done, total);
    return adapted(part, m);
  }

  private Matrix adapted(String part, Matrix matrix) {
    List<Addition> additions =
        adapters.stream()
            .filter(a -> a.additions().containsKey(part))
            .map(a -> a.additions().get(part))
            .toList();
    if (additions.size() > 1 && additions.stream().anyMatch(Packing::decomposed)) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          Message.of(
              "A DoRA adapter cannot be added to another one for the same matrix.",
              "DoRA 适配器不能与同一矩阵的其他适配器相加。"),
          Message.of("Merge one of them first.", "请先合并其中之一。"));
    }
    Matrix result = matrix;
    for (Addition addition : additions) {
      result =
          switch (addition) {
            case LowRank low -> new AdaptedMatrix(result, low, factors(part, low), memory, cores);
            case Rescaling rescaling -> new RescaledMatrix(result, rescaling);
          };
    }
    return result;
  }

  private static boolean decomposed(Addition addition) {
    return addition instanceof LowRank low && low.decomposed();
  }

  /** What DoRA multiplies each row by: it depends on the base's row. */
  private float[] factors(String part, LowRank addition) {
    if (!addition.decomposed()) {
      return new float[0];
    }
    float[] values = weights.floats(part);
    float[] factors = new float[addition.rows()];
    for (int r = 0; r < factors.length; r++) {
      factors[r] = addition.factor(r, values, r * addition.columns());
    }
    return factors;
  }
}
