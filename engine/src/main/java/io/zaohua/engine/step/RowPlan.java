package io.zaohua.engine.step;

import io.zaohua.engine.cache.KvSequence;

/** Where the rows of one entry stand in the step and in their sequence. */
final class RowPlan {
  private final KvSequence sequence;
  private final int first;
  private final int count;
  private final int start;
  private final int[] until;
  private final int axes;
  private final int[] positions;

  /**
   * @param first row of the step that is the entry's first
   * @param start cache slot of that row
   * @param until one past the last slot that each row sees
   * @param axes numbers that make a rotary position
   * @param positions rotary positions [count, axes]
   */
  RowPlan(
      KvSequence sequence,
      int first,
      int count,
      int start,
      int[] until,
      int axes,
      int[] positions) {
    this.sequence = sequence;
    this.first = first;
    this.count = count;
    this.start = start;
    this.until = until;
    this.axes = axes;
    this.positions = positions;
  }

  KvSequence sequence() {
    return sequence;
  }

  int first() {
    return first;
  }

  int count() {
    return count;
  }

  int start() {
    return start;
  }

  int[] until() {
    return until;
  }

  int axes() {
    return axes;
  }

  int[] positions() {
    return positions;
  }

  /** A row's position on the first axis. */
  int position(int row) {
    return positions[row * axes];
  }
}
