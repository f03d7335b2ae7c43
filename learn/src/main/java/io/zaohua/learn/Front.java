package io.zaohua.learn;

import io.zaohua.tensor.Tensor;

/** Learned positions before a text, which all of it sees. */
public sealed interface Front {

  /** Number of positions. */
  int length();

  /**
   * They go through the stack like tokens (prompt tuning, Lester et al. 2021).
   *
   * @param embeddings [n, width]
   */
  record Prompt(Tensor embeddings) implements Front {
    @Override
    public int length() {
      return Math.toIntExact(embeddings.size(0));
    }
  }

  /**
   * Each layer's attention finds them among its keys and values (prefix tuning, Li and Liang 2021).
   *
   * @param table [n, 2 layers heads d]: each layer's keys, then its values; keys are not turned
   */
  record Prefix(Tensor table) implements Front {
    @Override
    public int length() {
      return Math.toIntExact(table.size(0));
    }

    /** A layer's keys (of 0) or values (of 1), [1, heads, n, d]. */
    public Tensor of(int layer, int which, int heads, int size) {
      int width = heads * size;
      int from = (2 * layer + which) * width;
      return table
          .slice(1, from, (long) from + width)
          .reshape(length(), heads, size)
          .transpose(0, 1)
          .unsqueeze(0);
    }
  }
}
