package io.zaohua.engine.sample;

import java.util.Arrays;

/**
 * The tokens still in play and their logits. Starts as a view of the model's whole row and owns
 * arrays only for what a cut has kept, so that a vocabulary of 150,000 costs little per request.
 * Never empty. All functions of numbers are StrictMath's: the same on every machine.
 */
final class Candidates {
  // exp(-50) * 150,000 is below half an ulp of a sum that holds exp(0).
  private static final double NEGLIGIBLE = -50;

  private float[] logits = {};
  private int[] ids = {};
  private float[] keptLogits = {};
  private long[] keys = {};
  private int size;
  private boolean whole;
  private boolean sorted;
  private float max;

  /** Begins with every token of the row, which stays in use until a cut. */
  void start(float[] row) {
    logits = row;
    size = row.length;
    whole = true;
    sorted = false;
    max = row[Logits.argmax(row)];
  }

  int size() {
    return size;
  }

  int id(int i) {
    return whole ? i : ids[i];
  }

  float logit(int i) {
    return logits[i];
  }

  /** The greatest logit. */
  float max() {
    return max;
  }

  /** exp(logit - max): the probability of candidate {@code i} times {@link #total()}. */
  double weight(int i) {
    double below = (double) logits[i] - max;
    return below < NEGLIGIBLE ? 0 : StrictMath.exp(below);
  }

  /** The sum of all weights, at least 1. */
  double total() {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += weight(i);
    }
    return sum;
  }

  /** Keeps the logits of at least {@code least}, in their order. */
  void keepFrom(double least) {
    int kept = 0;
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (logits[i] >= least) {
        count++;
      }
    }
    if (count == size) {
      return;
    }
    room(count);
    for (int i = 0; i < size; i++) {
      if (logits[i] >= least) {
        ids[kept] = id(i);
        keptLogits[kept++] = logits[i];
      }
    }
    own(kept);
  }

  /** Keeps the candidates whose index is marked, in their order. */
  void keepMarked(boolean[] marked) {
    int kept = 0;
    room(size);
    for (int i = 0; i < size; i++) {
      if (marked[i]) {
        ids[kept] = id(i);
        keptLogits[kept++] = logits[i];
      }
    }
    own(kept);
    if (kept > 0) {
      findMax();
    }
  }

  /** Keeps {@code [from, to)} of the sorted candidates. */
  void keepRange(int from, int to) {
    room(to - from);
    for (int i = from; i < to; i++) {
      ids[i - from] = id(i);
      keptLogits[i - from] = logits[i];
    }
    own(to - from);
    findMax();
  }

  /** Brings all into falling order of logits; equal ones stay in order of ids. */
  void sort() {
    if (!sorted) {
      roomForKeys(size);
      for (int i = 0; i < size; i++) {
        keys[i] = key(logits[i], id(i));
      }
      Arrays.sort(keys, 0, size);
      takeKeys(size);
    }
  }

  /** Keeps the {@code count} greatest, in falling order, without sorting the rest. */
  void keepTop(int count) {
    if (count >= size || sorted) {
      sort();
      size = Math.min(size, count);
      return;
    }
    roomForKeys(count);
    // keys is a heap whose root is the least wanted of the best so far.
    for (int i = 0; i < count; i++) {
      keys[i] = key(logits[i], id(i));
    }
    for (int i = count / 2 - 1; i >= 0; i--) {
      siftDown(i, count);
    }
    float bar = logitOf(keys[0]);
    for (int i = count; i < size; i++) {
      if (logits[i] >= bar) {
        long key = key(logits[i], id(i));
        if (key < keys[0]) {
          keys[0] = key;
          siftDown(0, count);
          bar = logitOf(keys[0]);
        }
      }
    }
    Arrays.sort(keys, 0, count);
    takeKeys(count);
  }

  /** Divides the distances to the maximum by {@code divisor}; the maximum becomes 0. */
  void divide(double divisor) {
    for (int i = 0; i < size; i++) {
      logits[i] = (float) (((double) logits[i] - max) / divisor);
    }
    max = 0;
  }

  private void siftDown(int parent, int count) {
    long key = keys[parent];
    int at = parent;
    for (int child = 2 * at + 1; child < count; child = 2 * at + 1) {
      if (child + 1 < count && keys[child + 1] > keys[child]) {
        child++;
      }
      if (keys[child] <= key) {
        break;
      }
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = key;
  }

  /** Ascending keys are falling logits, then rising ids. */
  private static long key(float logit, int id) {
    int bits = Float.floatToIntBits(logit + 0.0f); // -0 becomes 0
    int ascending = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return ((long) ~ascending << 32) | id;
  }

  private static float logitOf(long key) {
    int ascending = ~(int) (key >> 32);
    return Float.intBitsToFloat(ascending ^ ((ascending >> 31) & Integer.MAX_VALUE));
  }

  private void takeKeys(int count) {
    room(count);
    for (int i = 0; i < count; i++) {
      ids[i] = (int) keys[i];
      keptLogits[i] = logitOf(keys[i]);
    }
    own(count);
    sorted = true;
  }

  private void own(int count) {
    logits = keptLogits;
    whole = false;
    size = count;
  }

  /** Grows the owned arrays, keeping what they hold. */
  private void room(int count) {
    if (ids.length < count) {
      ids = Arrays.copyOf(ids, count);
      keptLogits = Arrays.copyOf(keptLogits, count);
      if (!whole) {
        logits = keptLogits;
      }
    }
  }

  private void roomForKeys(int count) {
    if (keys.length < count) {
      keys = new long[count];
    }
  }

  private void findMax() {
    max = logits[0];
    for (int i = 1; i < size && !sorted; i++) {
      max = Math.max(max, logits[i]);
    }
  }
}
