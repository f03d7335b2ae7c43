package io.zaohua.learn.adapt;

import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/**
 * A factor for each element that a matrix makes, or that it reads (IA3, Liu et al. 2022).
 *
 * @param factors [n, 1] for what it makes, [1, k] for what it reads
 * @param input whether they count before the matrix
 */
public record Rescaling(Tensor factors, boolean input) implements Addition {
  @Override
  public Tensor apply(Tensor x, Tensor matrix, Optional<Tensor> bias) {
    Tensor flat = factors.reshape(-1);
    Tensor read = input ? x.mul(flat) : x;
    Tensor made =
        bias.map(b -> Functional.linear(read, matrix, b))
            .orElseGet(() -> Functional.linear(read, matrix)); // [.., n]
    return input ? made : made.mul(flat);
  }

  @Override
  public Tensor merged(Tensor matrix) {
    return matrix.mul(factors);
  }

  @Override
  public Map<String, Tensor> tensors() {
    return Map.of("ia3_l", factors);
  }
}
