package io.zaohua.model.tokenizer;

import java.util.Arrays;
import java.util.function.IntConsumer;

/** All ways to cut a stretch of text into pieces; every single character is a piece. */
final class PieceLattice {
  private final PieceTrie trie;
  private final double[] scores;
  private final double[] probabilities;
  private final double[] forward = new double[SegmentedText.LONGEST + 1];
  private final double[] backward = new double[SegmentedText.LONGEST + 1];
  private final int[] from = new int[SegmentedText.LONGEST + 1];
  private final int[] ids = new int[SegmentedText.LONGEST + 1];

  /**
   * @param scores natural logarithms of the probabilities, by piece
   */
  PieceLattice(PieceTrie trie, double[] scores) {
    this.trie = trie;
    this.scores = scores;
    this.probabilities = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      probabilities[i] = Math.exp(scores[i]);
    }
  }

  /** Adds to {@code counts} how often each piece is expected, all cuts weighed. */
  void expect(char[] text, int start, int end, long times, double[] counts) {
    int size = end - start;
    Arrays.fill(backward, 0, size, 0);
    backward[size] = 1;
    for (int at = size - 1; at >= 0; at--) {
      double sum = 0;
      int node = PieceTrie.ROOT;
      for (int to = at; to < size; to++) {
        node = trie.child(node, text[start + to]);
        if (node < 0) {
          break;
        }
        int id = trie.value(node);
        if (id >= 0) {
          sum += probabilities[id] * backward[to + 1];
        }
      }
      backward[at] = sum;
    }
    double all = backward[0];
    if (!(all > 0)) {
      return;
    }
    Arrays.fill(forward, 0, size + 1, 0);
    forward[0] = times / all;
    for (int at = 0; at < size; at++) {
      if (forward[at] == 0) {
        continue;
      }
      int node = PieceTrie.ROOT;
      for (int to = at; to < size; to++) {
        node = trie.child(node, text[start + to]);
        if (node < 0) {
          break;
        }
        int id = trie.value(node);
        if (id >= 0) {
          double reached = forward[at] * probabilities[id];
          forward[to + 1] += reached;
          counts[id] += reached * backward[to + 1];
        }
      }
    }
  }

  /** Gives the pieces of the likeliest cut, the last first. */
  void best(char[] text, int start, int end, IntConsumer out) {
    best(text, start, end, -1, out);
  }

  /** The same for a whole piece's text without that piece; returns the logarithm of its chance. */
  double bestWithout(int piece, char[] text, IntConsumer out) {
    return best(text, 0, text.length, piece, out);
  }

  private double best(char[] text, int start, int end, int without, IntConsumer out) {
    int size = end - start;
    Arrays.fill(forward, 0, size + 1, Double.NEGATIVE_INFINITY);
    forward[0] = 0;
    for (int at = 0; at < size; at++) {
      int node = PieceTrie.ROOT;
      for (int to = at; to < size; to++) {
        node = trie.child(node, text[start + to]);
        if (node < 0) {
          break;
        }
        int id = trie.value(node);
        if (id >= 0 && id != without && forward[at] + scores[id] > forward[to + 1]) {
          forward[to + 1] = forward[at] + scores[id];
          from[to + 1] = at;
          ids[to + 1] = id;
        }
      }
    }
    for (int at = size; at > 0; at = from[at]) {
      out.accept(ids[at]);
    }
    return forward[size];
  }
}
