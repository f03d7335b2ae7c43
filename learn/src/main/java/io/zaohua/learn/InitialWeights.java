package io.zaohua.learn;

import io.zaohua.model.spec.Part;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Weights of a new model, trainable: matrices normal, those that write into the residual stream
 * smaller by sqrt(2 layers) (GPT-2, Radford et al. 2019), norms one, biases zero.
 */
public final class InitialWeights implements Weights {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** Made in the scope that is open, always the same for the same seed. */
  public InitialWeights(TransformerSpec spec, long seed, double deviation) {
    Rng rng = new Rng(seed);
    double residual = deviation / Math.sqrt(2.0 * spec.layers().size());
    Parts.of(spec)
        .forEach(
            (part, size) -> {
              String name = Parts.place(part).name();
              Tensor made;
              if (Parts.vector(part)) {
                double value = part.endsWith(".bias") ? 0 : 1;
                made = Tensors.full(value, DType.F32, size.columns());
              } else {
                boolean writes = name.equals("o.weight") || name.equals("down.weight");
                made = rng.normal(DType.F32, size.rows(), size.columns());
                made.inPlace().mul(writes ? residual : deviation);
              }
              tensors.put(part, made.requireGrad());
            });
  }

  @Override
  public Tensor tensor(String part) {
    return Optional.ofNullable(tensors.get(part))
        .orElseThrow(() -> new IllegalArgumentException("no part " + part + ", see " + Part.class));
  }

  /** All of them by name, in the order of {@link Parts}. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }
}
