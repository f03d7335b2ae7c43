package io.zaohua.engine.step;

import io.zaohua.engine.kernel.Activations;
import io.zaohua.engine.kernel.Matrix;

/** A matrix as a loop, to test what stands above the kernels. */
record PlainMatrix(float[] values, int rows, int columns) implements Matrix {
  @Override
  public boolean quantized() {
    return false;
  }

  @Override
  public int grain() {
    return 1;
  }

  @Override
  public long bytes() {
    return 4L * values.length;
  }

  @Override
  public void multiply(Activations x, float[] y, int yOffset, int yStride, int from, int to) {
    float[] in = new float[columns];
    for (int t = 0; t < x.tokens(); t++) {
      x.row(t, in);
      for (int r = from; r < to; r++) {
        float sum = 0;
        for (int c = 0; c < columns; c++) {
          sum = Math.fma(values[r * columns + c], in[c], sum);
        }
        y[yOffset + t * yStride + r] = sum;
      }
    }
  }

  @Override
  public void row(int row, float[] target, int offset) {
    System.arraycopy(values, row * columns, target, offset, columns);
  }
}
