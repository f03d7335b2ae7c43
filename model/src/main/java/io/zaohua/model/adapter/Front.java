package io.zaohua.model.adapter;

/** Learned positions that stand before every text, and that all of it sees. */
public sealed interface Front {

  /** Number of positions, 1 or more. */
  int length();

  /** The numbers of all positions, one after the other; not to be changed. */
  float[] values();

  /** They go through the stack like tokens (prompt tuning, Lester et al. 2021). */
  final class Prompt implements Front {
    private final float[] embeddings;
    private final int length;

    /**
     * @param embeddings [length, width], beside what the embedding table holds
     */
    Prompt(float[] embeddings, int length) {
      this.embeddings = embeddings;
      this.length = length;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public float[] values() {
      return embeddings;
    }
  }

  /**
   * Each layer's attention finds them among its keys and values (prefix tuning, Li and Liang 2021).
   */
  final class Prefix implements Front {
    private final float[] table;
    private final int length;

    /**
     * @param table [length, layers, 2, key heads, head size]: a layer's keys, then its values, as
     *     they are cached: neither normed nor turned any more
     */
    Prefix(float[] table, int length) {
      this.table = table;
      this.length = length;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public float[] values() {
      return table;
    }
  }
}
