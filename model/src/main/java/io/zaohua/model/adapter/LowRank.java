package io.zaohua.model.adapter;

import java.util.Optional;

/**
 * An addition s B A to a matrix W [n, k] (Hu et al. 2021); where there is a magnitude m, row i of
 * the sum is then brought to the length m[i] (DoRA, Liu et al. 2024).
 */
public final class LowRank implements Addition {
  private final int rank;
  private final float[] down;
  private final float[] up;
  private final Optional<float[]> magnitude;
  private final float scale;

  /**
   * @param down A, [rank, k]
   * @param up B, [n, rank]
   * @param magnitude m, [n]
   * @param scale s
   */
  LowRank(int rank, float[] down, float[] up, Optional<float[]> magnitude, float scale) {
    this.rank = rank;
    this.down = down;
    this.up = up;
    this.magnitude = magnitude;
    this.scale = scale;
  }

  public int rank() {
    return rank;
  }

  public int rows() {
    return up.length / rank;
  }

  public int columns() {
    return down.length / rank;
  }

  /** A, [rank, k]; not to be changed. */
  public float[] down() {
    return down;
  }

  /** B, [n, rank]; not to be changed. */
  public float[] up() {
    return up;
  }

  public float scale() {
    return scale;
  }

  /** Whether rows are brought to a length. */
  public boolean decomposed() {
    return magnitude.isPresent();
  }

  @Override
  public void adapt(int row, float[] values, int at) {
    var _ = factor(row, values, at);
  }

  /** Adapts row {@code row} of W, [k] in place, and returns the factor that its sum took. */
  public float factor(int row, float[] values, int at) {
    int k = columns();
    for (int r = 0; r < rank; r++) {
      float b = scale * up[row * rank + r];
      for (int i = 0; i < k; i++) {
        values[at + i] += b * down[r * k + i];
      }
    }
    if (magnitude.isEmpty()) {
      return 1;
    }
    double squares = 0;
    for (int i = 0; i < k; i++) {
      squares += (double) values[at + i] * values[at + i];
    }
    float factor = (float) (magnitude.get()[row] / Math.sqrt(squares));
    for (int i = 0; i < k; i++) {
      values[at + i] *= factor;
    }
    return factor;
  }
}
