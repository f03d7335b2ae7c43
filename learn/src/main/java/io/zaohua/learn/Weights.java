package io.zaohua.learn;

import io.zaohua.tensor.Tensor;
import java.util.Optional;

/**
 * Differentiable weights by the canonical names of {@link io.zaohua.model.spec.Part}. Whether they
 * come from a file or an initialiser, are frozen, adapted or quantised is this interface's
 * business, never the model's.
 */
public interface Weights {

  /** A part as it is: a matrix [out, in], a vector [out], a table [n, width]. */
  Tensor tensor(String part);

  /** Learned positions before every text, if there are any now. */
  default Optional<Front> front() {
    return Optional.empty();
  }

  /** The map of matrix {@code part.weight}, with {@code part.bias} if asked for. */
  default Projection linear(String part, boolean bias) {
    return new Linear(
        tensor(part + ".weight"), bias ? Optional.of(tensor(part + ".bias")) : Optional.empty());
  }
}
