package io.zaohua.model.adapter;

/**
 * A factor for each element that a matrix W [n, k] makes, or that it reads (IA3, Liu et al. 2022).
 */
public final class Rescaling implements Addition {
  private final float[] factors;
  private final boolean input;
  private final int columns;

  /**
   * @param factors [n], or [k] where they count before the matrix
   * @param input whether they do
   * @param columns k
   */
  Rescaling(float[] factors, boolean input, int columns) {
    this.factors = factors;
    this.input = input;
    this.columns = columns;
  }

  /** [n], or [k] where they count before the matrix; not to be changed. */
  public float[] factors() {
    return factors;
  }

  /** Whether the factors count before the matrix. */
  public boolean input() {
    return input;
  }

  @Override
  public void adapt(int row, float[] values, int at) {
    for (int i = 0; i < columns; i++) {
      values[at + i] *= factors[input ? i : row];
    }
  }
}
