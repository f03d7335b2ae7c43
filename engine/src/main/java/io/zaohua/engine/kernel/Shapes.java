package io.zaohua.engine.kernel;

import jdk.incubator.vector.FloatVector;

/** Checks and copies that all matrices share. */
final class Shapes {
  private Shapes() {}

  static void check(Matrix matrix, Activations x, int from, int to) {
    if (x.columns() != matrix.columns() || !x.suits(matrix)) {
      throw new IllegalArgumentException(
          "the matrix reads %d columns (%s), the activations have %d (%s)"
              .formatted(matrix.columns(), matrix.reads(), x.columns(), x.forms()));
    }
    if (from < 0 || to > matrix.rows() || from % matrix.grain() != 0) {
      throw new IndexOutOfBoundsException(
          "rows %d to %d of %d, in steps of %d".formatted(from, to, matrix.rows(), matrix.grain()));
    }
  }

  static void checkRow(Matrix matrix, int row) {
    if (row < 0 || row >= matrix.rows()) {
      throw new IndexOutOfBoundsException("row %d of %d".formatted(row, matrix.rows()));
    }
  }

  /** Copies {@code count} rows of tile sums, [tile, 4, GROUP], to the tokens' outputs. */
  static void scatter(float[] sums, int tokens, float[] y, int at, int stride, int count) {
    if (count == Lanes.GROUP) { // two vectors: arraycopy is a call
      for (int t = 0; t < tokens; t++) {
        int from = t * Lanes.GROUP;
        int to = at + t * stride;
        FloatVector.fromArray(Lanes.FLOATS, sums, from).intoArray(y, to);
        FloatVector.fromArray(Lanes.FLOATS, sums, from + Lanes.COUNT)
            .intoArray(y, to + Lanes.COUNT);
      }
      return;
    }
    for (int t = 0; t < tokens; t++) {
      System.arraycopy(sums, t * Lanes.GROUP, y, at + t * stride, count);
    }
  }
}
