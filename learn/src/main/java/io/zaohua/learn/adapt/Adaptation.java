package io.zaohua.learn.adapt;

import io.zaohua.tensor.Tensor;
import java.util.Map;

/** What is trained around frozen weights, and can be switched off. */
public interface Adaptation {

  /** The trainable tensors by name, always in the same order. */
  Map<String, Tensor> tensors();

  /** Leaves the frozen weights alone until it is closed: the model as it was before training. */
  Off off();

  /** While it is open, the adaptation does not count. */
  interface Off extends AutoCloseable {
    @Override
    void close();
  }
}
