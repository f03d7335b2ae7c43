package io.zaohua.learn.optimize;

import io.zaohua.tensor.Tensor;
import java.util.Map;

/** A {@link Rule} at work on one weight. */
interface Update {

  /**
   * Changes the weight. Called without autograd; the gradient is free to be overwritten.
   *
   * @param rate the learning rate now
   * @param step from 1
   */
  void apply(Tensor gradient, double rate, int step);

  /** Takes a share of a weight away, apart from its gradient (Loshchilov and Hutter 2019). */
  static void decay(Tensor weight, double share) {
    if (share > 0) {
      weight.inPlace().mul(1 - share);
    }
  }

  /** What it remembers between steps, by kind. */
  Map<String, Tensor> memory();
}
