package io.zaohua.engine.step;

import io.zaohua.engine.cache.KvSequence;

/** Where the rows of one entry stand in the step and in their sequence. */
final class RowPlan {
  private final KvSequence sequence;
  private final int first;
  private final int count;
  private final int start;
  private final int[] until;
  private final int[] position;

  /**
   * @param first row of the step that is the entry's first
   * @param start cache slot of that row
   * @param until one past the last slot that each row sees
   * @param position rotary position of each row
   */
  RowPlan(KvSequence sequence, int first, int count, int start, int[] until, int[] position) {
    this.sequence = sequence;
    this.first = first;
    this.count = count;
    this.start = start;
    this.until = until;
    this.position = position;
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

  int[] position() {
    return position;
  }
}
