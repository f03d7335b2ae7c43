package io.zaohua.learn.objective;

import io.zaohua.learn.data.Batch;
import java.util.Map;

/** What a run makes small, batch by batch. */
public interface Loss {

  /** How many things of a batch count the same: tokens, pairs or answers. */
  int counted(Batch batch);

  /**
   * Adds the gradients of this batch's share of the loss.
   *
   * @param total things that count in the whole step
   * @return this batch's share: the sum of its losses / total
   */
  double backward(Batch batch, int total);

  /** The sum of the losses over the batch, without gradients. */
  double sum(Batch batch);

  /** What else was seen since the last time, as means: for the curve of the run. */
  default Map<String, Double> facts() {
    return Map.of();
  }
}
