package io.zaohua.learn;

import io.zaohua.model.spec.Parts;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Weights of a checkpoint as F32 tensors, read when first asked for, all trainable or all frozen.
 */
public final class LoadedWeights implements Weights {
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
    float[] values = source.floats(part);
    Tensor made =
        Parts.vector(part)
            ? Tensors.of(values, shape.columns())
            : Tensors.of(values, shape.rows(), shape.columns());
    home.take(trainable ? made.requireGrad() : made);
    tensors.put(part, made);
    return made;
  }
}
