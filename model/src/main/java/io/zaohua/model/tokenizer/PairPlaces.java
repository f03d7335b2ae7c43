package io.zaohua.model.tokenizer;

import java.util.Arrays;

/**
 * Pairs of neighbouring symbols: how often each stands in the corpus, and in which words. A word
 * stays listed when it has lost a pair.
 */
final class PairPlaces {
  private long[] keys = new long[1 << 16];
  private int[] slots = new int[1 << 16];
  private long[] pairs = new long[1 << 14];
  private long[] counts = new long[1 << 14];
  private int[][] words = new int[1 << 14][];
  private int[] lengths = new int[1 << 14];
  private int size;

  PairPlaces() {
    Arrays.fill(keys, -1);
  }

  static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  int size() {
    return size;
  }

  long pair(int index) {
    return pairs[index];
  }

  long count(int index) {
    return counts[index];
  }

  /** The words of a pair, of which the first {@link #places} are meant; it then has none. */
  int[] take(int index) {
    int[] taken = words[index];
    words[index] = new int[0];
    lengths[index] = 0;
    counts[index] = 0;
    return taken;
  }

  int places(int index) {
    return lengths[index];
  }

  /** The number of a pair, a new one if it has not been seen. */
  int index(long pair) {
    int mask = keys.length - 1;
    int slot = slot(pair, mask);
    while (keys[slot] != pair) {
      if (keys[slot] == -1) {
        return add(pair, slot);
      }
      slot = (slot + 1) & mask;
    }
    return slots[slot];
  }

  private int add(long pair, int slot) {
    if (size == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
      words = Arrays.copyOf(words, 2 * size);
      lengths = Arrays.copyOf(lengths, 2 * size);
    }
    pairs[size] = pair;
    words[size] = new int[1];
    keys[slot] = pair;
    slots[slot] = size++;
    if (2 * size > keys.length) {
      rehash();
    }
    return size - 1;
  }

  private void rehash() {
    keys = new long[2 * keys.length];
    slots = new int[keys.length];
    Arrays.fill(keys, -1);
    int mask = keys.length - 1;
    for (int i = 0; i < size; i++) {
      int slot = slot(pairs[i], mask);
      while (keys[slot] != -1) {
        slot = (slot + 1) & mask;
      }
      keys[slot] = pairs[i];
      slots[slot] = i;
    }
  }

  private static int slot(long pair, int mask) {
    long mixed = pair * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 40) & mask;
  }

  void less(int index, long times) {
    counts[index] -= times;
  }

  void more(int index, long times, int word) {
    counts[index] += times;
    int length = lengths[index];
    if (length > 0 && words[index][length - 1] == word) {
      return;
    }
    if (length == words[index].length) {
      words[index] = Arrays.copyOf(words[index], Math.max(2, length + (length >> 1)));
    }
    words[index][length] = word;
    lengths[index] = length + 1;
  }
}
