package io.zaohua.model.tokenizer;

import java.util.Arrays;

/**
 * Merges a word's symbols, best pair first, leftmost among equals, until none is left: a linked
 * list and a heap, n log n for words of any length.
 */
final class MergeQueue {
  /** What two neighbours become. */
  interface Rule {
    /**
     * Rank (smaller is earlier) in the high, merged id in the low 32 bits, or -1. The pair covers
     * {@code [start, end)} of the word.
     */
    long find(int left, int right, int start, int end);
  }

  private static final int DEAD = -2;
  private long[] heap = new long[64];
  private int heapSize;

  private MergeQueue() {}

  /**
   * Merges in place.
   *
   * @param ids of the symbols
   * @param starts where each symbol starts in the word, and at {@code count} where the word ends
   * @return how many symbols are left, at the front of both arrays
   */
  static int merge(int[] ids, int[] starts, int count, Rule rule) {
    return new MergeQueue().run(ids, starts, count, rule);
  }

  private int run(int[] ids, int[] starts, int count, Rule rule) {
    int[] next = new int[count];
    int[] previous = new int[count];
    for (int i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    for (int i = 0; i + 1 < count; i++) {
      offer(rule.find(ids[i], ids[i + 1], starts[i], starts[i + 2]), i);
    }
    while (heapSize > 0) {
      long top = poll();
      int left = (int) top;
      int right = ids[left] == DEAD ? count : next[left];
      if (right >= count) {
        continue;
      }
      int after = next[right];
      long found = rule.find(ids[left], ids[right], starts[left], starts[after]);
      if (found < 0 || found >>> 32 != top >>> 32) {
        continue;
      }
      ids[left] = (int) found;
      ids[right] = DEAD;
      next[left] = after;
      if (after < count) {
        previous[after] = left;
        offer(rule.find(ids[left], ids[after], starts[left], starts[next[after]]), left);
      }
      int before = previous[left];
      if (before >= 0) {
        offer(rule.find(ids[before], ids[left], starts[before], starts[after]), before);
      }
    }
    int kept = 0;
    for (int i = 0; i < count; i = next[i]) {
      ids[kept] = ids[i];
      starts[kept++] = starts[i];
    }
    starts[kept] = starts[count];
    return kept;
  }

  private void offer(long found, int left) {
    if (found < 0) {
      return;
    }
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, heapSize * 2);
    }
    long entry = (found & 0xFFFFFFFF00000000L) | left;
    int at = heapSize++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (heap[parent] <= entry) {
        break;
      }
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  private long poll() {
    long top = heap[0];
    long last = heap[--heapSize];
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= heapSize) {
        break;
      }
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= last) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
