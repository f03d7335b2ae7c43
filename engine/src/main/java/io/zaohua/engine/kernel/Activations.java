package io.zaohua.engine.kernel;

/**
 * Input rows of a matrix product [tokens, columns]: as f32, and in int8 blocks where a quantised
 * matrix will read them.
 */
public final class Activations {
  private float[] values = new float[0];
  private int tokens;
  private int columns;

  /**
   * Takes {@code tokens} rows of {@code columns} elements from {@code x}, row t at {@code offset +
   * t * stride}.
   *
   * @param quantize whether a quantised matrix will read it
   */
  public void load(
      float[] x, int offset, int stride, int tokens, int columns, boolean quantize, Cores cores) {
    if (values.length < tokens * columns) {
      values = new float[tokens * columns];
    }
    for (int t = 0; t < tokens; t++) {
      System.arraycopy(x, offset + t * stride, values, t * columns, columns);
    }
    this.tokens = tokens;
    this.columns = columns;
  }

  public int tokens() {
    return tokens;
  }

  public int columns() {
    return columns;
  }

  /** The f32 rows, [tokens, columns]. */
  float[] values() {
    return values;
  }
}
