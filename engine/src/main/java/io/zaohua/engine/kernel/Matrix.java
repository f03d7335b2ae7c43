package io.zaohua.engine.kernel;

import java.util.Set;

/**
 * A weight matrix [rows, columns] in kernel layout.
 *
 * <p>The result for one row and one token never depends on the other rows and tokens of the call.
 */
public interface Matrix {
  int rows();

  int columns();

  /** What it reads of its input. */
  Set<Activations.Form> reads();

  /** Rows that are stored side by side; row ranges start at multiples of it. */
  int grain();

  /**
   * Rows that a core takes at a time: long runs for a few tokens, which wait for memory; short ones
   * for many, so that cores end together. A multiple of every grain.
   */
  static int piece(int tokens) {
    return tokens <= Activations.FEW ? 96 : 32;
  }

  /** Private memory held. */
  long bytes();

  /**
   * {@code y[yOffset + token * yStride + row] = W[row, :] . x[token, :]} for all tokens of {@code
   * x} and rows {@code fromRow} to {@code toRow} (exclusive; the end may be the last row).
   */
  void multiply(Activations x, float[] y, int yOffset, int yStride, int fromRow, int toRow);

  /** The row as f32, for embedding tables. */
  void row(int row, float[] target, int offset);
}
