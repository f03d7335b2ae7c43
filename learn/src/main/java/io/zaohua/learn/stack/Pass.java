package io.zaohua.learn.stack;

import io.zaohua.tensor.Tensor;

/**
 * One run of the stack, and its way back. It lives as long as the scope that was open when it was
 * made.
 */
public interface Pass {

  /** The final hidden states [B, T, width], normed. */
  Tensor hidden();

  /**
   * Adds the gradients of all weights below the hidden states.
   *
   * @param made made of {@link #hidden()} alone
   * @param gradient the loss's, of its shape
   * @param share what the routers' losses, means over this run, count in the whole step
   */
  void backward(Tensor made, Tensor gradient, double share);

  /** The routers' losses, weighted; 0 where there are none. */
  double routingLoss();
}
