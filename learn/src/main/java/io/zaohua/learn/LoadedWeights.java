package io.zaohua.learn;

import io.zaohua.model.quant.Dequantizer;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.weights.Weights.Shape;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Weights of a checkpoint as F32 tensors, read when first asked for, all trainable or all frozen.
 */
public final class LoadedWeights implements Weights {
  /** Numbers read at a time. */
  private static final long PIECE = 1 << 20;

  private final io.zaohua.model.weights.Weights source;
  private final boolean trainable;
  private final Scope home;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** They belong to the scope that is open now, whatever inner one is open when they are read. */
  public LoadedWeights(io.zaohua.model.weights.Weights source, boolean trainable) {
    this.source = source;
    this.trainable = trainable;
    this.home = Scope.current();
  }

  @Override
  public Tensor tensor(String part) {
    Tensor known = tensors.get(part);
    return known == null ? read(part) : known;
  }

  /** What has been read so far, by name, in that order. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  private Tensor read(String part) {
    var shape = source.shape(part);
    Tensor made =
        Parts.vector(part) ? Tensors.of(source.floats(part), shape.columns()) : matrix(part, shape);
    home.take(trainable ? made.requireGrad() : made);
    tensors.put(part, made);
    return made;
  }

  /** Some rows at a time: a table of the whole vocabulary need not stand in the heap as well. */
  private Tensor matrix(String part, Shape shape) {
    Tensor made = Tensors.zeros(DType.F32, shape.rows(), shape.columns());
    int some = (int) Math.clamp(PIECE / Math.max(1, shape.columns()), 1, Math.max(1, shape.rows()));
    try (Scope _ = Scope.open("rows");
        Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(Math.max(1, some * shape.rowBytes()));
      for (long from = 0; from < shape.rows(); from += some) {
        int count = (int) Math.min(some, shape.rows() - from);
        source.readRows(part, from, count, bytes);
        float[] values = new float[Math.toIntExact(count * shape.columns())];
        Dequantizer.of(shape.type()).decode(bytes, 0, values.length, values, 0);
        made.slice(0, from, from + count)
            .inPlace()
            .copy(Tensors.of(values, count, shape.columns()));
      }
    }
    return made;
  }
}
