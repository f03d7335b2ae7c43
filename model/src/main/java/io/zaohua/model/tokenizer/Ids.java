package io.zaohua.model.tokenizer;

import java.util.Arrays;

/** A growing list of token ids. */
final class Ids {
  private int[] values;
  private int size;

  Ids(int capacity) {
    values = new int[Math.max(8, capacity)];
  }

  void add(int id) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = id;
  }

  void addAll(int[] ids) {
    addAll(ids, ids.length);
  }

  void addAll(int[] ids, int count) {
    if (size + count > values.length) {
      values = Arrays.copyOf(values, Math.max(size + count, size * 2));
    }
    System.arraycopy(ids, 0, values, size, count);
    size += count;
  }

  int size() {
    return size;
  }

  /** The ids from {@code from} on. */
  int[] since(int from) {
    return Arrays.copyOfRange(values, from, size);
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  void reverse(int from) {
    for (int i = from, j = size - 1; i < j; i++, j--) {
      int id = values[i];
      values[i] = values[j];
      values[j] = id;
    }
  }

  void truncate(int size) {
    this.size = size;
  }
}
