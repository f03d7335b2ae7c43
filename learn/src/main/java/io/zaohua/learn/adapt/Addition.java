package io.zaohua.learn.adapt;

import io.zaohua.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/** What changes a frozen matrix [n, k]. */
public sealed interface Addition permits LowRank, Rescaling {

  /** y = x W^T + bias, changed; x [.., k] to [.., n]. */
  Tensor apply(Tensor x, Tensor matrix, Optional<Tensor> bias);

  /** The changed matrix, [n, k]. */
  Tensor merged(Tensor matrix);

  /** What is trained, by PEFT's names. */
  Map<String, Tensor> tensors();
}
