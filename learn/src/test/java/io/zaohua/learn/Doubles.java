package io.zaohua.learn;

import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Copies of weights as F64 leaves, in which finite differences are exact enough to judge. */
public final class Doubles implements Weights {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** All parts of a stack, trainable, in the scope that is open. */
  public static Doubles trainable(TransformerSpec spec, Weights from) {
    Doubles made = frozen(spec, from);
    made.tensors.values().forEach(Tensor::requireGrad);
    return made;
  }

  /** The same, frozen. */
  public static Doubles frozen(TransformerSpec spec, Weights from) {
    Doubles made = new Doubles();
    for (String part : Parts.of(spec).keySet()) {
      made.tensors.put(part, from.tensor(part).detach().to(DType.F64));
    }
    return made;
  }

  private Doubles() {}

  @Override
  public Tensor tensor(String part) {
    return Optional.ofNullable(tensors.get(part)).orElseThrow();
  }

  /** All of them by name. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }
}
