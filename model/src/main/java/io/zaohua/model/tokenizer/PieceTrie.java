package io.zaohua.model.tokenizer;

import java.util.Arrays;

/** A trie over UTF-16 units whose edges lie in one open-addressed hash. */
final class PieceTrie {
  static final int ROOT = 0;

  /** Every place of a text may be compared with so much; no real token comes near it. */
  private static final int LONGEST = 1024;

  private long[] keys = new long[256];
  private int[] children = new int[256];
  private int[] values = new int[128];
  private int nodes = 1;
  private int edges;

  PieceTrie() {
    Arrays.fill(keys, -1);
    Arrays.fill(values, -1);
  }

  /** A later equal text replaces the value. */
  void put(String text, int value) {
    if (text.length() > LONGEST) {
      throw TokenizerErrors.invalid(
          "The tokenizer has a token of %d characters, at most %d were expected.",
          "该分词器有一个 %d 个字符的词元,至多应为 %d 个字符。", text.length(), LONGEST);
    }
    int node = ROOT;
    for (int i = 0; i < text.length(); i++) {
      int child = child(node, text.charAt(i));
      node = child >= 0 ? child : grow(node, text.charAt(i));
    }
    values[node] = value;
  }

  /** The node one unit further, -1 if there is none. */
  int child(int node, char unit) {
    long key = ((long) node << 16) | unit;
    int mask = keys.length - 1;
    for (int slot = slot(key, mask); ; slot = (slot + 1) & mask) {
      if (keys[slot] == key) {
        return children[slot];
      }
      if (keys[slot] == -1) {
        return -1;
      }
    }
  }

  /** The value of a text that ends at this node, -1 if none does. */
  int value(int node) {
    return values[node];
  }

  boolean isEmpty() {
    return edges == 0;
  }

  private int grow(int node, char unit) {
    if (2 * (edges + 1) > keys.length) {
      rehash();
    }
    if (nodes == values.length) {
      values = Arrays.copyOf(values, nodes * 2);
      Arrays.fill(values, nodes, values.length, -1);
    }
    edges++;
    insert(((long) node << 16) | unit, nodes);
    return nodes++;
  }

  private void insert(long key, int child) {
    int mask = keys.length - 1;
    int slot = slot(key, mask);
    while (keys[slot] != -1) {
      slot = (slot + 1) & mask;
    }
    keys[slot] = key;
    children[slot] = child;
  }

  private void rehash() {
    long[] oldKeys = keys;
    int[] oldChildren = children;
    keys = new long[oldKeys.length * 2];
    children = new int[oldKeys.length * 2];
    Arrays.fill(keys, -1);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != -1) {
        insert(oldKeys[i], oldChildren[i]);
      }
    }
  }

  private static int slot(long key, int mask) {
    return (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
  }
}
