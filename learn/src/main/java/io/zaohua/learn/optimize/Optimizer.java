package io.zaohua.learn.optimize;

import io.zaohua.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Changes its parameters by their gradients. */
public interface Optimizer {

  /**
   * One step at this learning rate; parameters without a gradient stay. Clears the gradients.
   *
   * @param rate the learning rate now, see {@link Schedule}
   */
  void step(double rate);

  /**
   * What it remembers between steps: by kind, a tensor for each parameter, in their order. Written
   * into checkpoints; to go on from one, the tensors are filled again.
   */
  Map<String, List<Tensor>> state();

  /** Sets how many steps have been made, when going on from a checkpoint. */
  void goOnAfter(int done);
}
