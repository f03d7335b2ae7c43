package io.zaohua.model.adapter;

/** What an adapter does to a matrix W [n, k]. */
public sealed interface Addition permits LowRank, Rescaling {

  /** Changes row {@code row} of W, [k] at {@code at}, in place. */
  void adapt(int row, float[] values, int at);
}
