package io.zaohua.learn.adapt;

import io.zaohua.learn.Projection;
import io.zaohua.learn.Weights;
import io.zaohua.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Frozen weights, some of whose matrices have a {@link LowRank} addition. */
public final class AdaptedWeights implements Weights {
  private final Weights base;
  private final Map<String, LowRank> additions;

  /**
   * @param additions by the name of the matrix without {@code .weight}, such as {@code layers.0.q}
   */
  public AdaptedWeights(Weights base, Map<String, LowRank> additions) {
    this.base = base;
    this.additions = new LinkedHashMap<>(additions);
  }

  @Override
  public Tensor tensor(String part) {
    return base.tensor(part);
  }

  @Override
  public Projection linear(String part, boolean bias) {
    LowRank addition = additions.get(part);
    if (addition == null) {
      return base.linear(part, bias);
    }
    Tensor matrix = base.tensor(part + ".weight");
    Optional<Tensor> added = bias ? Optional.of(base.tensor(part + ".bias")) : Optional.empty();
    return x -> addition.apply(x, matrix, added);
  }

  /** The additions, by the name of their matrix. */
  public Map<String, LowRank> additions() {
    return Collections.unmodifiableMap(additions);
  }

  /** The part with its addition worked in, for {@code merge}. */
  public Tensor merged(String part) {
    Tensor tensor = base.tensor(part);
    String matrix = part.endsWith(".weight") ? part.substring(0, part.length() - 7) : part;
    LowRank addition = additions.get(matrix);
    return addition == null ? tensor : addition.merged(tensor);
  }

  /** The trainable tensors, by matrix and PEFT's name of the tensor. */
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    additions.forEach(
        (part, addition) ->
            addition.tensors().forEach((name, tensor) -> all.put(part + "." + name, tensor)));
    return all;
  }
}
