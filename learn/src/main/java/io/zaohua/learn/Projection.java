package io.zaohua.learn;

import io.zaohua.tensor.Tensor;

/** A learned linear map, [.., k] to [.., n]: plain, or with an adapter, or on quantised weights. */
@FunctionalInterface
public interface Projection {
  Tensor apply(Tensor x);
}
