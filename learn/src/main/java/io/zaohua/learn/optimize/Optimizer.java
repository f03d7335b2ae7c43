package io.zaohua.learn.optimize;

/** Changes its parameters by their gradients. */
public interface Optimizer {

  /**
   * One step at this learning rate; parameters without a gradient stay. Clears the gradients.
   *
   * @param rate the learning rate now, see {@link Schedule}
   */
  void step(double rate);
}
