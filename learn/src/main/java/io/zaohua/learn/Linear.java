package io.zaohua.learn;

import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Tensor;
import java.util.Optional;

/**
 * x W^T + b.
 *
 * @param weight [n, k]
 * @param bias [n], or none
 */
public record Linear(Tensor weight, Optional<Tensor> bias) implements Projection {
  @Override
  public Tensor apply(Tensor x) {
    return bias.map(b -> Functional.linear(x, weight, b))
        .orElseGet(() -> Functional.linear(x, weight)); // [.., n]
  }
}
