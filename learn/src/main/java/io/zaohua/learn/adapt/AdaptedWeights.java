package io.zaohua.learn.adapt;

import io.zaohua.learn.Projection;
import io.zaohua.learn.Weights;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Frozen weights, some of whose matrices have a {@link Addition} addition. */
public final class AdaptedWeights implements Weights, Adaptation {
  private final Weights base;
  private final Map<String, Addition> additions;
  private boolean on = true;

  /**
   * @param additions by the name of the matrix without {@code .weight}, such as {@code layers.0.q}
   */
  public AdaptedWeights(Weights base, Map<String, ? extends Addition> additions) {
    this.base = base;
    this.additions = new LinkedHashMap<>(additions);
  }

  @Override
  public Tensor tensor(String part) {
    return base.tensor(part);
  }

  @Override
  public Projection linear(String part, boolean bias) {
    Addition addition = additions.get(part);
    if (addition == null) {
      return base.linear(part, bias);
    }
    String name = part + ".weight";
    Projection plain = base.linear(part, bias);
    Optional<Tensor> added = bias ? Optional.of(base.tensor(part + ".bias")) : Optional.empty();
    return x -> {
      if (!on) {
        return plain.apply(x);
      }
      try (Scope scope = Scope.open("adapted matrix")) { // a base in 4 bits makes it whole in here
        return scope.keep(addition.apply(x, base.tensor(name), added));
      }
    };
  }

  @Override
  public Off off() {
    on = false;
    return () -> on = true;
  }

  /** The additions, by the name of their matrix. */
  public Map<String, Addition> additions() {
    return Collections.unmodifiableMap(additions);
  }

  /** The part with its addition worked in, for {@code merge}. */
  public Tensor merged(String part) {
    Tensor tensor = base.tensor(part);
    String matrix = part.endsWith(".weight") ? part.substring(0, part.length() - 7) : part;
    Addition addition = additions.get(matrix);
    return addition == null ? tensor : addition.merged(tensor);
  }

  /** The trainable tensors, by matrix and PEFT's name of the tensor. */
  @Override
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    additions.forEach(
        (part, addition) ->
            addition.tensors().forEach((name, tensor) -> all.put(part + "." + name, tensor)));
    return all;
  }
}
