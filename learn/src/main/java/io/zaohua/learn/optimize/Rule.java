package io.zaohua.learn.optimize;

import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.util.List;

/**
 * How gradients change weights: a published method with its constants. Names of weights are
 * canonical ones ({@link io.zaohua.model.spec.Part}).
 */
public sealed interface Rule permits AdamW, Muon, Lion, Adafactor, Sgd {

  /**
   * Starts on one weight; what it remembers lives in the scope that is open.
   *
   * @param decays whether this weight is decayed
   */
  Update begin(String name, Tensor weight, boolean decays);

  /**
   * Makes one step of all weights that have a gradient. Called without autograd.
   *
   * @param rate the learning rate now
   * @param step from 1
   */
  default void apply(List<Change> changes, double rate, int step) {
    for (Change change : changes) {
      try (Scope _ = Scope.open("optimizer step")) {
        change.update().apply(change.gradient(), rate, step);
      }
    }
  }

  /** Numbers it remembers of a weight [rows, columns], a vector being [1, n]. */
  long remembered(String name, long rows, long columns);
}
