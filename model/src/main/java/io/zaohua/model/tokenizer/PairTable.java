package io.zaohua.model.tokenizer;

import java.util.Arrays;

/** Merges of byte-pair encoding: from two ids to rank and merged id, an open-addressed hash. */
final class PairTable {
  private static final long NONE = -1;
  private final long[] keys;
  private final long[] values;
  private final int mask;

  PairTable(int merges) {
    int capacity = Integer.highestOneBit(Math.max(8, merges)) << 2;
    keys = new long[capacity];
    values = new long[capacity];
    Arrays.fill(keys, NONE);
    mask = capacity - 1;
  }

  /** Of equal pairs the first one stays if {@code keepFirst}, else the last. */
  void put(int left, int right, int rank, int merged, boolean keepFirst) {
    long key = key(left, right);
    int slot = slot(key);
    while (keys[slot] != NONE && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    if (keys[slot] == NONE || !keepFirst) {
      keys[slot] = key;
      values[slot] = ((long) rank << 32) | merged;
    }
  }

  /** Rank in the high, merged id in the low 32 bits; -1 where the pair does not merge. */
  long find(int left, int right) {
    long key = key(left, right);
    int slot = slot(key);
    while (true) {
      long found = keys[slot];
      if (found == key) {
        return values[slot];
      }
      if (found == NONE) {
        return NONE;
      }
      slot = (slot + 1) & mask;
    }
  }

  private static long key(int left, int right) {
    return ((long) left << 32) | right;
  }

  private int slot(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 40) & mask;
  }
}
